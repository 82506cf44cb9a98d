// SPDX-License-Identifier: MIT
// A model as bytes, for another process: the nodes of its graph as they are, so that the program
// made from the copy is the same one, instruction by instruction. Formula and notes stay behind.
#pragma once

#include <memory>

#include "base/wire.hpp"
#include "expr/model.hpp"

namespace nlsq::expr {

void write_model(const ModelImpl& model, base::Packer& to);

/// Throws IoError for bytes that are none of a model.
std::shared_ptr<ModelImpl> read_model(base::Unpacker& from);

}  // namespace nlsq::expr
