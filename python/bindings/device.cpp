// SPDX-License-Identifier: MIT
// Devices: their list, and arrays that stay on them.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <vector>

#include "array.hpp"
#include "gil.hpp"
#include "nlsq/device.hpp"
#include "nlsq/runtime.hpp"
#include "trace.hpp"

namespace nlsq::python {
namespace {

nb::dict described(const DeviceInfo& device) {
  nb::dict values;
  values["id"] = device.id;
  values["name"] = device.name;
  values["driver"] = device.driver;
  values["usable"] = device.why.empty();
  values["why"] = device.why;
  values["gpu"] = device.gpu;
  values["memory"] = device.memory;
  return values;
}

nb::tuple devices() {
  DeviceList list;
  {
    const WithoutGil release;
    list = list_devices();
  }
  nb::list all;
  for (const DeviceInfo& device : list.devices) all.append(described(device));
  return nb::make_tuple(all, list.no_opencl, list.no_cuda);
}

DeviceData* uploaded(const std::string& device, nb::list arrays) {
  std::vector<Buffer> held(nb::len(arrays));
  std::vector<Values> values;
  std::size_t at = 0;
  for (const nb::handle array : arrays) {
    if (!held[at].take(array)) throw nb::type_error("an array is not float64 or float32");
    values.push_back(held[at++].values());
  }
  const EnvironmentScope environment;
  const WithoutGil release;
  return new DeviceData(device, values);
}

}  // namespace

void bind_device(nb::module_& m) {
  m.def("devices", &devices, "(devices, why no OpenCL, why no CUDA).");
  nb::class_<DeviceData>(m, "DeviceData")
      .def("__init__",
           [](DeviceData* self, const std::string& device, nb::list arrays) {
             const std::unique_ptr<DeviceData> made(uploaded(device, arrays));
             new (self) DeviceData(std::move(*made));
           })
      .def_prop_ro("device", [](const DeviceData& d) { return d.device(); })
      .def_prop_ro("bytes", [](const DeviceData& d) { return d.bytes(); });
}

}  // namespace nlsq::python
