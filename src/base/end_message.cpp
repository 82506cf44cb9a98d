// SPDX-License-Identifier: MIT
#include "nlsq/end_message.hpp"

#include <fmt/args.h>
#include <fmt/format.h>

#include <ostream>

namespace nlsq {

std::string EndMessage::str() const {
  if (pattern_ == nullptr) return text_;
  if (count_ == 0) return pattern_;
  fmt::dynamic_format_arg_store<fmt::format_context> numbers;
  for (std::size_t i = 0; i < count_; ++i) numbers.push_back(numbers_[i]);
  return fmt::vformat(pattern_, numbers);
}

std::ostream& EndMessage::write(std::ostream& out) const { return out << str(); }

}  // namespace nlsq
