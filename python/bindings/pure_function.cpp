// SPDX-License-Identifier: MIT
#include "pure_function.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace nlsq::python {
namespace {

constexpr std::size_t kMostFunctions = 1000;
constexpr std::size_t kMostNames = 16;
constexpr std::size_t kMostVariants = 4;         // sets of parameter names for one function
constexpr long kVaryingArguments = 0x04 | 0x08;  // CO_VARARGS, CO_VARKEYWORDS
constexpr long kSuspends = 0x20 | 0x80 | 0x200;  // generators, coroutines

// Names of attributes, made once: looking one up by a Python string is cheap.
struct Interned {
  nb::str code{"__code__"}, closure{"__closure__"}, defaults{"__defaults__"};
  nb::str kwdefaults{"__kwdefaults__"}, globals{"__globals__"};
};
const Interned& interned() {
  static const Interned* const all = new Interned;
  return *all;
}

struct Numpy {
  nb::object module, names, builtins, ufunc, function_type, code_type;
  char import_name = 0;                 // the operation of import statements
  std::array<nb::object, 2> functions;  // beside ufuncs: those that record what they do
};
const Numpy& numpy() {
  static const Numpy* const all = [] {
    const nb::module_ np = nb::module_::import_("numpy");
    const nb::module_ types = nb::module_::import_("types");
    const nb::object number = nb::module_::import_("opcode").attr("opmap")["IMPORT_NAME"];
    return new Numpy{np,
                     np.attr("__dict__"),
                     nb::module_::import_("builtins").attr("__dict__"),
                     np.attr("ufunc"),
                     types.attr("FunctionType"),
                     types.attr("CodeType"),
                     static_cast<char>(nb::cast<int>(number)),
                     {np.attr("where"), np.attr("clip")}};
  }();
  return *all;
}

nb::object item(nb::handle dict, nb::handle name) {
  return nb::borrow(PyDict_GetItemWithError(dict.ptr(), name.ptr()));
}

bool is_number(nb::handle value) {
  return PyFloat_CheckExact(value.ptr()) || PyLong_CheckExact(value.ptr());
}

bool is_known(nb::handle value) {
  const Numpy& np = numpy();
  if (value.is(np.module) || is_number(value)) return true;
  if (value.type().is(np.ufunc)) return true;
  for (const nb::object& function : np.functions) {
    if (value.is(function)) return true;
  }
  return false;
}

// A function that is its code and its globals.
bool is_plain(nb::handle function) {
  if (!function.type().is(numpy().function_type)) return false;
  const Interned& s = interned();
  return function.attr(s.closure).is_none() && function.attr(s.defaults).is_none() &&
         function.attr(s.kwdefaults).is_none();
}

struct Record {
  std::vector<std::string> parameters;
  Model model;
};

// Found by the address of the code; the weak reference tells whether that is still the same code.
struct Entry {
  nb::object code;
  PureNames names;
  std::vector<Record> records;
  bool trusted = false;

  bool is_of(nb::handle other) const { return code().is(other); }
  bool is_of_nobody() const { return code().is_none(); }
  std::optional<Model> model_of(const std::vector<std::string>& parameters) const {
    for (const Record& record : records) {
      if (record.parameters == parameters) return record.model;
    }
    return std::nullopt;
  }
};
using EntryPtr = std::shared_ptr<Entry>;
using Entries = std::unordered_map<PyObject*, EntryPtr>;

// NOTE: nobody runs Python code with the mutex, nor drops an object: a destructor may be any code,
// fit again and wait for the mutex, or let go of the GIL for a thread that does.
struct Registry {
  std::mutex mutex;  // of the map, and of records and trusted in its entries
  Entries entries;
};
// Never destroyed: the interpreter may be gone before statics are.
Registry& registry() {
  static Registry& one = *new Registry;
  return one;
}

// The entry of a function if its names hold, else null.
EntryPtr find_entry(nb::handle function) {
  if (!is_plain(function)) return nullptr;
  const nb::object code = function.attr(interned().code);
  EntryPtr entry;
  {
    const std::lock_guard<std::mutex> lock(registry().mutex);
    const auto at = registry().entries.find(code.ptr());
    if (at == registry().entries.end()) return nullptr;
    entry = at->second;
  }
  if (entry->is_of(code) && entry->names.hold(function.attr(interned().globals))) return entry;
  const std::lock_guard<std::mutex> lock(registry().mutex);
  const auto at = registry().entries.find(code.ptr());
  if (at != registry().entries.end() && at->second == entry) registry().entries.erase(at);
  return nullptr;  // `entry` is dropped after the lock
}

// Makes room: entries of code that is gone first, then all.
void make_room() {
  Entries all, gone;
  {
    const std::lock_guard<std::mutex> lock(registry().mutex);
    if (registry().entries.size() < kMostFunctions) return;
    all = registry().entries;
  }
  std::vector<PyObject*> dead;
  for (const auto& [code, entry] : all) {
    if (entry->is_of_nobody()) dead.push_back(code);
  }
  const std::lock_guard<std::mutex> lock(registry().mutex);
  if (dead.empty()) {
    registry().entries.swap(gone);
  } else {
    for (PyObject* const code : dead) registry().entries.erase(code);  // `all` has it, too
  }
}

// Operations stand at even places of the code, their arguments between them.
bool imports(nb::handle code) {
  const nb::bytes operations = nb::cast<nb::bytes>(code.attr("co_code"));
  for (std::size_t i = 0; i < operations.size(); i += 2) {
    if (operations.c_str()[i] == numpy().import_name) return true;
  }
  return false;
}

bool has_only_plain_constants(nb::handle code) {
  for (const nb::handle value : nb::object(code.attr("co_consts"))) {
    if (value.type().is(numpy().code_type)) return false;
  }
  return true;
}

}  // namespace

std::optional<PureNames> PureNames::of(nb::handle function, std::size_t n) {
  if (!is_plain(function)) return std::nullopt;
  const nb::object code = function.attr(interned().code);
  const auto number = [&code](const char* name) { return nb::cast<long>(code.attr(name)); };
  const bool takes_them =
      number("co_argcount") == static_cast<long>(n) + 1 && number("co_kwonlyargcount") == 0;
  if (!takes_them || (number("co_flags") & (kVaryingArguments | kSuspends)) != 0) {
    return std::nullopt;
  }
  const nb::object globals = function.attr(interned().globals);
  const nb::tuple names = nb::cast<nb::tuple>(code.attr("co_names"));
  if (!PyDict_CheckExact(globals.ptr()) || names.size() > kMostNames ||
      !has_only_plain_constants(code) || imports(code)) {
    return std::nullopt;
  }
  PureNames seen;
  for (const nb::handle entry : names) {
    // A name may be looked up in each of these; whatever it finds there has to be known.
    Name name{nb::borrow(entry), item(globals, entry), item(numpy().names, entry),
              item(numpy().builtins, entry)};
    if (!name.global.is_valid() && !name.attribute.is_valid()) return std::nullopt;
    if (name.global.is_valid() && !is_known(name.global)) return std::nullopt;
    if (name.attribute.is_valid() && !is_known(name.attribute)) return std::nullopt;
    seen.names_.push_back(std::move(name));
  }
  return seen;
}

bool PureNames::hold(nb::handle globals) const {
  if (!PyDict_CheckExact(globals.ptr())) return false;
  for (const Name& name : names_) {
    const auto stands_for = [&name](nb::handle dict, const nb::object& value) {
      return PyDict_GetItemWithError(dict.ptr(), name.name.ptr()) == value.ptr();
    };
    if (!stands_for(globals, name.global) || !stands_for(numpy().names, name.attribute) ||
        !stands_for(numpy().builtins, name.builtin)) {
      return false;
    }
  }
  return true;
}

std::optional<Model> kept_record(nb::handle function, const std::vector<std::string>& parameters) {
  const EntryPtr entry = find_entry(function);
  if (!entry) return std::nullopt;
  const std::lock_guard<std::mutex> lock(registry().mutex);
  return entry->model_of(parameters);
}

std::optional<Model> trusted_record(nb::handle function, std::size_t n) {
  const EntryPtr entry = find_entry(function);
  if (!entry) return std::nullopt;
  const std::lock_guard<std::mutex> lock(registry().mutex);
  if (!entry->trusted) return std::nullopt;
  const Record& first = entry->records.front();
  return n == 0 || first.parameters.size() == n ? std::optional(first.model) : std::nullopt;
}

std::optional<Model> trusted_record(nb::handle function, const std::vector<std::string>& names) {
  const EntryPtr entry = find_entry(function);
  if (!entry) return std::nullopt;
  const std::lock_guard<std::mutex> lock(registry().mutex);
  return entry->trusted ? entry->model_of(names) : std::nullopt;
}

void keep_record(nb::handle function, PureNames names, const std::vector<std::string>& parameters,
                 const Model& model) {
  // The call itself may have changed what a name stands for.
  if (!names.hold(function.attr(interned().globals))) return;
  EntryPtr entry = find_entry(function), replaced;
  if (!entry) {
    make_room();
    const nb::object code = function.attr(interned().code);
    const nb::object reference = nb::steal(PyWeakref_NewRef(code.ptr(), nullptr));
    if (!reference.is_valid()) throw nb::python_error();
    entry = std::make_shared<Entry>(Entry{reference, std::move(names), {}, false});
    const std::lock_guard<std::mutex> lock(registry().mutex);
    replaced = std::exchange(registry().entries[code.ptr()], entry);
  }
  const std::lock_guard<std::mutex> lock(registry().mutex);
  if (entry->records.size() < kMostVariants) entry->records.push_back({parameters, model});
}

void trust_records(nb::handle function) {
  const EntryPtr entry = find_entry(function);
  const std::lock_guard<std::mutex> lock(registry().mutex);
  if (entry && !entry->records.empty()) entry->trusted = true;
}

void forget_records() {
  Entries gone;
  const std::lock_guard<std::mutex> lock(registry().mutex);
  registry().entries.swap(gone);
}

}  // namespace nlsq::python
