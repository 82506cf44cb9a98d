# Installs the library, its headers and find_package(nlsq CONFIG) -> nlsq::nlsq, and the command.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS nlsq EXPORT nlsqTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS nlsq_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY include/nlsq DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT nlsqTargets NAMESPACE nlsq:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nlsq)
configure_package_config_file(cmake/nlsqConfig.cmake.in
  "${PROJECT_BINARY_DIR}/nlsqConfig.cmake" INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nlsq)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/nlsqConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/nlsqConfig.cmake" "${PROJECT_BINARY_DIR}/nlsqConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nlsq)
