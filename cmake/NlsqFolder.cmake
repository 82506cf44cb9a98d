# nlsq_folder(NAME deps...): an object library `nlsq_NAME` of every .cpp below the calling folder, with
# the project's warnings, linked to the folders it may include. nlsq_folder_test(NAME deps...): one test
# executable of every *_test.cpp below the calling folder.


add_library(nlsq_flags INTERFACE)
target_include_directories(nlsq_flags INTERFACE
  "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/src>"
  "$<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/generated>")
# -Wno-deprecated-declarations: clang 16 and later warn of what std::stable_sort of libstdc++ 12 calls itself.
# -ffp-contract=off: only the kernels decide where a multiply and an add become one rounding.
target_compile_options(nlsq_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict> $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations> -fno-math-errno
  -ffp-contract=off)
if(NLSQ_WERROR)
  target_compile_options(nlsq_flags INTERFACE -Werror)
endif()
if(NLSQ_COVERAGE)
  target_compile_options(nlsq_flags INTERFACE --coverage -fprofile-update=atomic)
  target_link_options(nlsq_flags INTERFACE --coverage)
endif()
if(NLSQ_SANITIZE)
  target_compile_options(nlsq_flags INTERFACE -fsanitize=${NLSQ_SANITIZE} -fno-sanitize-recover=all
    -fno-omit-frame-pointer)
  target_link_options(nlsq_flags INTERFACE -fsanitize=${NLSQ_SANITIZE})
endif()

function(nlsq_folder name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*.cpp")
  add_library(nlsq_${name} OBJECT ${sources})
  target_link_libraries(nlsq_${name} PUBLIC nlsq_flags)
  foreach(dependency ${ARGN})
    target_link_libraries(nlsq_${name} PUBLIC ${dependency})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY NLSQ_FOLDERS nlsq_${name})
endfunction()

function(nlsq_folder_test name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp")
  add_executable(${name}_test ${sources})
  target_link_libraries(${name}_test PRIVATE nlsq_tests_support ${ARGN})
  set_target_properties(${name}_test PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES LABELS fast TIMEOUT 120)
endfunction()
