// SPDX-License-Identifier: MIT
#include "engine/device/functions.hpp"

#include <algorithm>
#include <array>

#include "engine/device/special_functions.hpp"

namespace nlsq::engine::device {
namespace {

// `ulp` is what the OpenCL 1.2 specification (table 7.4) or the CUDA programming guide (appendix on
// functions, double precision) allows, whichever is more.
constexpr Function kPlain[] = {
    {"strong_mul", 0.5, "",
     "NLSQ_F double nlsq_strong_mul(double x, double y) "
     "{ return x == 0.0 || y == 0.0 ? 0.0 : x * y; }\n"},
    {"pow", 16, "", "#define nlsq_pow(x, y) pow(x, y)\n"},
    {"sqrt", 0.5, "", "#define nlsq_sqrt(x) sqrt(x)\n"},
    {"cbrt", 2, "", "#define nlsq_cbrt(x) cbrt(x)\n"},
    {"exp", 3, "", "#define nlsq_exp(x) exp(x)\n"},
    {"expm1", 3, "", "#define nlsq_expm1(x) expm1(x)\n"},
    {"log", 3, "", "#define nlsq_log(x) log(x)\n"},
    {"log1p", 2, "", "#define nlsq_log1p(x) log1p(x)\n"},
    {"log2", 3, "", "#define nlsq_log2(x) log2(x)\n"},
    {"log10", 3, "", "#define nlsq_log10(x) log10(x)\n"},
    {"sin", 4, "", "#define nlsq_sin(x) sin(x)\n"},
    {"cos", 4, "", "#define nlsq_cos(x) cos(x)\n"},
    {"tan", 5, "", "#define nlsq_tan(x) tan(x)\n"},
    {"asin", 4, "", "#define nlsq_asin(x) asin(x)\n"},
    {"acos", 4, "", "#define nlsq_acos(x) acos(x)\n"},
    {"atan", 5, "", "#define nlsq_atan(x) atan(x)\n"},
    {"atan2", 6, "", "#define nlsq_atan2(y, x) atan2(y, x)\n"},
    // PoCL's are no numbers just below the largest double.
    {"sinh", 8, "",
     "NLSQ_F double nlsq_sinh(double x) {\n"
     "  const double e = exp(0.5 * fabs(x));\n"
     "  return fabs(x) > 20.0 ? copysign(0.5 * e * e, x) : sinh(x);\n}\n"},
    {"cosh", 8, "",
     "NLSQ_F double nlsq_cosh(double x) {\n"
     "  const double e = exp(0.5 * fabs(x));\n"
     "  return fabs(x) > 20.0 ? 0.5 * e * e : cosh(x);\n}\n"},
    {"tanh", 5, "", "#define nlsq_tanh(x) tanh(x)\n"},
    {"asinh", 4, "", "#define nlsq_asinh(x) asinh(x)\n"},
    {"acosh", 4, "", "#define nlsq_acosh(x) acosh(x)\n"},
    {"atanh", 5, "", "#define nlsq_atanh(x) atanh(x)\n"},
    {"abs", 0, "", "#define nlsq_abs(x) fabs(x)\n"},
    {"sign", 0, "",
     "NLSQ_F double nlsq_sign(double x) "
     "{ return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x; }\n"},
    {"floor", 0, "", "#define nlsq_floor(x) floor(x)\n"},
    {"ceil", 0, "", "#define nlsq_ceil(x) ceil(x)\n"},
    {"min", 0, "",
     "NLSQ_F double nlsq_min(double x, double y) { return x <= y || isnan(x) ? x : y; }\n"},
    {"max", 0, "",
     "NLSQ_F double nlsq_max(double x, double y) { return x >= y || isnan(x) ? x : y; }\n"},
    {"mod", 0.5, "",
     "NLSQ_F double nlsq_mod(double x, double y) {\n"
     "  double r = fmod(x, y);\n"
     "  if (r == 0.0) return copysign(0.0, y);\n"
     "  return (r < 0.0) != (y < 0.0) ? r + y : r;\n}\n"},
    {"hypot", 4, "", "#define nlsq_hypot(x, y) hypot(x, y)\n"},
    {"erf", 16, "", "#define nlsq_erf(x) erf(x)\n"},
    {"erfc", 16, "", "#define nlsq_erfc(x) erfc(x)\n"},
    {"expit", 6, "",
     "NLSQ_F double nlsq_expit(double x) {\n"
     "  const double e = exp(-fabs(x));\n"
     "  return x < 0.0 ? e / (1.0 + e) : 1.0 / (1.0 + e);\n}\n"},
    {"logaddexp", 4, "",
     "NLSQ_F double nlsq_logaddexp(double x, double y) {\n"
     "  if (x == y) return x + 0.69314718055994530942;\n"
     "  const double d = x - y;\n"
     "  return isnan(d) ? d : (d > 0.0 ? x : y) + log1p(exp(-fabs(d)));\n}\n"},
};

const Function* find(std::string_view name) {
  for (const Function& f : kPlain) {
    if (f.name == name) return &f;
  }
  for (const Function& f : special_functions()) {
    if (f.name == name) return &f;
  }
  return nullptr;
}

void define(std::string_view name, std::set<std::string_view>& done, std::string& out) {
  const Function* const f = find(name);
  if (f == nullptr || !done.insert(f->name).second) return;
  std::string_view rest = f->needs;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(' '), rest.size());
    define(rest.substr(0, end), done, out);
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  out += f->source;
}

}  // namespace

std::string_view function_of(program::Code code) {
  using program::Code;
  switch (code) {
    case Code::constant:
    case Code::parameter:
    case Code::gathered:
    case Code::column:
    case Code::add:
    case Code::sub:
    case Code::mul:
    case Code::div:
    case Code::neg:
    case Code::lt:
    case Code::le:
    case Code::eq:
    case Code::ne:
    case Code::logical_and:
    case Code::logical_or:
    case Code::logical_not:
    case Code::where: return {};
    default: break;
  }
  const int index = static_cast<int>(code);
  return index < expr::kOpCount ? expr::kOps[index].id : std::string_view{};
}

double device_ulp(program::Code code) {
  const Function* const f = find(function_of(code));
  return f == nullptr ? 0.5 : f->ulp;
}

std::string definitions_of(const std::set<std::string_view>& functions) {
  std::string out;
  std::set<std::string_view> done;
  for (const std::string_view name : functions) define(name, done, out);
  return out;
}

bool is_defined(std::string_view function) { return find(function) != nullptr; }

}  // namespace nlsq::engine::device
