// SPDX-License-Identifier: MIT
// The whole public interface.
#pragma once

#include "nlsq/cache.hpp"
#include "nlsq/config.hpp"
#include "nlsq/data.hpp"
#include "nlsq/error.hpp"
#include "nlsq/fit.hpp"
#include "nlsq/fit_many.hpp"
#include "nlsq/issues.hpp"
#include "nlsq/judgement.hpp"
#include "nlsq/least_squares.hpp"
#include "nlsq/log.hpp"
#include "nlsq/memory.hpp"
#include "nlsq/model.hpp"
#include "nlsq/models.hpp"
#include "nlsq/options.hpp"
#include "nlsq/result.hpp"
#include "nlsq/runtime.hpp"
#include "nlsq/sparse_least_squares.hpp"
#include "nlsq/table.hpp"
#include "nlsq/types.hpp"
#include "nlsq/version.hpp"
