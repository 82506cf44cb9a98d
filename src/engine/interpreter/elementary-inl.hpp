// SPDX-License-Identifier: MIT
// The elementary functions of one precision put into a table of kernels: for the end of a file that
// has defined a struct with run() for each of them and sincos, in the namespace NLSQ_KERNELS
// (loops-inl.hpp); without SLEEF there are none.
// Read once for each instruction set.
#if defined(NLSQ_ELEMENTARY_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef NLSQ_ELEMENTARY_INL
#undef NLSQ_ELEMENTARY_INL
#else
#define NLSQ_ELEMENTARY_INL
#endif

HWY_BEFORE_NAMESPACE();
namespace nlsq::engine::HWY_NAMESPACE {
namespace NLSQ_KERNELS {

void add_elementary([[maybe_unused]] KernelTable& table) {
#ifdef NLSQ_SLEEF_NAME
  const auto put = [&table](Code code, Kernel kernel) {
    table[static_cast<std::size_t>(code)][0] = kernel;
  };
  put(Code::cbrt, unary<Cbrt>);
  put(Code::exp, unary<Exp>);
  put(Code::expm1, unary<Expm1>);
  put(Code::log, unary<Log>);
  put(Code::log1p, unary<Log1p>);
  put(Code::log2, unary<Log2>);
  put(Code::log10, unary<Log10>);
  put(Code::sin, unary<Sin>);
  put(Code::cos, unary<Cos>);
  put(Code::tan, unary<Tan>);
  put(Code::asin, unary<Asin>);
  put(Code::acos, unary<Acos>);
  put(Code::atan, unary<Atan>);
  put(Code::sinh, unary<Sinh>);
  put(Code::cosh, unary<Cosh>);
  put(Code::tanh, unary<Tanh>);
  put(Code::asinh, unary<Asinh>);
  put(Code::acosh, unary<Acosh>);
  put(Code::atanh, unary<Atanh>);
  put(Code::erf, unary<Erf>);
  put(Code::erfc, unary<Erfc>);
  put(Code::lgamma, unary<Lgamma>);
  put(Code::expit, unary<Expit>);
  put(Code::pow, binary<Pow, 0>);
  put(Code::atan2, binary<Atan2, 0>);
  put(Code::hypot, binary<Hypot, 0>);
  put(Code::logaddexp, binary<Logaddexp, 0>);
  put(Code::sincos, sincos);
#endif
}

}  // namespace NLSQ_KERNELS
}  // namespace nlsq::engine::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // NLSQ_ELEMENTARY_INL
