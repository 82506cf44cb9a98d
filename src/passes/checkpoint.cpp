// SPDX-License-Identifier: MIT
#include "passes/checkpoint.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "expr/model.hpp"
#include "nlsq/error.hpp"
#include "nlsq/version.hpp"
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace nlsq::fit_impl {
namespace {

constexpr std::string_view kMagic = "nlsq checkpoint 1\n";
constexpr std::string_view kAnyMagic = "nlsq checkpoint ";
constexpr std::chrono::seconds kBetweenSyncs{1};

std::uint64_t checksum(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

void append_number(std::string& bytes, std::uint64_t number) {
  bytes.append(reinterpret_cast<const char*>(&number), sizeof(number));
}

// Reads numbers and runs of bytes; fails for good at the end.
class Parser {
 public:
  explicit Parser(std::string_view bytes) : bytes_(bytes) {}
  bool number(std::uint64_t& value) {
    std::string_view run;
    if (!take(sizeof(value), run)) return false;
    std::memcpy(&value, run.data(), sizeof(value));
    return true;
  }
  bool take(std::uint64_t size, std::string_view& run) {
    if (size > bytes_.size() - at_) return false;
    run = bytes_.substr(at_, size);
    at_ += size;
    return true;
  }
  std::size_t at() const { return at_; }

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;
};

std::vector<double> doubles(std::string_view bytes) {
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), bytes.size());
  return values;
}

bool same_bits(std::span<const double> a, std::span<const double> b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size_bytes()) == 0;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

[[noreturn]] void refuse_other(const std::string& path, const std::string& there,
                               const std::string& here) {
  const std::vector<std::string> a = lines_of(there), b = lines_of(here);
  std::string difference = "another fit";
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
    if (a[i] == b[i]) continue;
    difference = fmt::format("a fit with {}; this one has {}", a[i], b[i]);
    break;
  }
  throw InputError("checkpoint",
                   fmt::format("checkpoint: {} is of {}. Give another file, or remove "
                               "this one",
                               path, difference));
}

std::string read_all(int descriptor, const std::string& path) {
  std::string bytes;
  char block[1 << 16];
  for (;;) {
    const ssize_t got = ::read(descriptor, block, sizeof(block));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw IoError(fmt::format("{}: reading failed: {}", path, std::strerror(errno)));
    if (got == 0) return bytes;
    bytes.append(block, static_cast<std::size_t>(got));
  }
}

template <class Numbers>
std::string listed(const Numbers& numbers) {
  std::string text;
  for (const auto number : numbers)
    text += fmt::format("{}{:.17g}", text.empty() ? "" : " ", number);
  return text;
}

}  // namespace

std::string description_of(std::span<const TermView> terms, const Problem& problem,
                           const FitOptions& o, const reduce::EvaluatorOptions& evaluator,
                           index_t sampled) {
  std::string text;
  const auto line = [&text](const char* name, const std::string& value) {
    text += fmt::format("{} {}\n", name, value.empty() ? "(none)" : value);
  };
  line("version", version());
  line("instruction set", std::string(engine::name(evaluator.walk.isa)));
  for (std::size_t t = 0; t < terms.size(); ++t) {
    line("model", terms[t].model->formula());
    line("rows", std::to_string(problem.terms[t].rows));
    line("masked rows", std::to_string(problem.terms[t].masked_rows));
    line("loss", to_string(terms[t].loss));
    line("f_scale", fmt::format("{:.17g}", terms[t].f_scale));
  }
  line("data", o.checkpoint_data);
  line("start", listed(problem.table.start));
  line("lower bounds", listed(problem.table.lower));
  line("upper bounds", listed(problem.table.upper));
  line("free parameters",
       listed(std::vector<double>(problem.table.free.begin(), problem.table.free.end())));
  line("method", to_string(o.method));
  line("tolerances", listed(std::vector<double>{o.ftol, o.xtol, o.gtol, o.first_step}));
  line("x_scale", listed(o.x_scale));
  line("max_nfev", o.max_nfev ? std::to_string(*o.max_nfev) : "");
  line("polish", fmt::format("{} {}", o.polish, o.max_polish.value_or(-1)));
  line("starts", to_string(o.starts));
  line("second starts", o.second_start ? std::to_string(static_cast<int>(*o.second_start)) : "");
  line("sample", std::to_string(sampled));
  line("fold", evaluator.fold ? std::to_string(static_cast<int>(*evaluator.fold)) : "");
  line("float32", evaluator.float32 ? "yes" : "no");
  line("judge", o.judge ? "yes" : "no");
  return text;
}

Checkpoint::Checkpoint(std::string path, const std::string& description)
    : path_(std::move(path)), synced_(std::chrono::steady_clock::now()) {
  descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (descriptor_ < 0)
    throw IoError(
        fmt::format("{}: the checkpoint cannot be opened: {}", path_, std::strerror(errno)));
  try {
    struct stat status {};
    if (::fstat(descriptor_, &status) != 0 || !S_ISREG(status.st_mode))
      throw InputError("checkpoint", fmt::format("checkpoint: {} is no regular file", path_));
    const std::string bytes = read_all(descriptor_, path_);
    if (!bytes.empty()) {
      read(bytes, description);
      return;
    }
    std::string head(kMagic);
    append_number(head, description.size());
    head += description;
    append_number(head, checksum(description));
    write(head);
    ::fsync(descriptor_);
  } catch (...) {
    ::close(descriptor_);
    throw;
  }
}

Checkpoint::~Checkpoint() {
  ::fsync(descriptor_);
  ::close(descriptor_);
}

void Checkpoint::read(const std::string& bytes, const std::string& description) {
  Parser parser(bytes);
  std::string_view magic, text, question, answer;
  std::uint64_t size = 0, sum = 0, more = 0;
  if (!parser.take(kMagic.size(), magic) || magic != kMagic) {
    throw InputError("checkpoint", fmt::format("checkpoint: {} is {}; give another file", path_,
                                               bytes.starts_with(kAnyMagic)
                                                   ? "one of another version"
                                                   : "no checkpoint, and is not touched"));
  }
  const bool is_whole =
      parser.number(size) && parser.take(size, text) && parser.number(sum) && sum == checksum(text);
  if (!is_whole) {
    throw InputError("checkpoint", fmt::format("checkpoint: {} is damaged at its beginning; remove "
                                               "it",
                                               path_));
  }
  if (text != description) refuse_other(path_, std::string(text), description);
  end_ = static_cast<index_t>(parser.at());
  // What follows the last whole entry was being written when the run ended.
  while (parser.number(size) && parser.number(more) && size < bytes.size() && more < bytes.size()) {
    if (!parser.take(size * sizeof(double), question) ||
        !parser.take(more * sizeof(double), answer) || !parser.number(sum))
      break;
    const std::string_view entry(question.data(), question.size() + answer.size());
    if (sum != checksum(entry)) break;
    known_.push_back({doubles(question), doubles(answer)});
    end_ = static_cast<index_t>(parser.at());
  }
}

bool Checkpoint::recall(std::span<const double> question, std::vector<double>& answer) {
  if (next_ == known_.size()) return false;
  Entry& entry = known_[next_];
  if (!same_bits(entry.question, question)) {
    throw InputError(
        "checkpoint",
        fmt::format("checkpoint: {} holds another pass than the fit makes as number {}: "
                    "the data or this program were changed; remove the file",
                    path_, next_ + 1));
  }
  answer = std::move(entry.answer);
  ++next_;
  return true;
}

void Checkpoint::keep(std::span<const double> question, std::span<const double> answer) {
  std::string values(reinterpret_cast<const char*>(question.data()), question.size_bytes());
  values.append(reinterpret_cast<const char*>(answer.data()), answer.size_bytes());
  std::string bytes;
  append_number(bytes, question.size());
  append_number(bytes, answer.size());
  bytes += values;
  append_number(bytes, checksum(values));
  write(bytes);
  // What is written outlives the process; what is synced outlives the machine's power.
  const auto now = std::chrono::steady_clock::now();
  if (now - synced_ < kBetweenSyncs) return;
  synced_ = now;
  ::fdatasync(descriptor_);
}

void Checkpoint::write(const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count = ::pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                                   end_ + static_cast<index_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0)
      throw IoError(
          fmt::format("{}: writing the checkpoint failed: {}", path_, std::strerror(errno)));
    done += static_cast<std::size_t>(count);
  }
  end_ += static_cast<index_t>(bytes.size());
}

}  // namespace nlsq::fit_impl
