# Installs the library, its headers and find_package(nlsq CONFIG) -> nlsq::nlsq, and the command.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
install(TARGETS nlsq EXPORT nlsqTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(TARGETS nlsq_command RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
# Completion and the manual page come of the command's own options. One built for another machine cannot be asked for them.
if(NOT CMAKE_CROSSCOMPILING)
  foreach(pair "bash;${CMAKE_INSTALL_DATADIR}/bash-completion/completions;nlsq"
      "zsh;${CMAKE_INSTALL_DATADIR}/zsh/site-functions;_nlsq"
      "fish;${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d;nlsq.fish" "man;${CMAKE_INSTALL_MANDIR}/man1;nlsq.1")
    list(GET pair 0 kind)
    list(GET pair 1 folder)
    list(GET pair 2 name)
    set(made "${PROJECT_BINARY_DIR}/completion/${kind}/${name}")
    install(CODE "
      file(MAKE_DIRECTORY \"${PROJECT_BINARY_DIR}/completion/${kind}\")
      execute_process(COMMAND \"$<TARGET_FILE:nlsq_command>\" completion ${kind} OUTPUT_FILE \"${made}\"
        RESULT_VARIABLE fault)
      if(fault)
        message(FATAL_ERROR \"nlsq completion ${kind} failed: \${fault}\")
      endif()")
    install(FILES "${made}" DESTINATION "${folder}")
  endforeach()
endif()
install(DIRECTORY include/nlsq DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT nlsqTargets NAMESPACE nlsq:: DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nlsq)
configure_package_config_file(cmake/nlsqConfig.cmake.in
  "${PROJECT_BINARY_DIR}/nlsqConfig.cmake" INSTALL_DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nlsq)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/nlsqConfigVersion.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/nlsqConfig.cmake" "${PROJECT_BINARY_DIR}/nlsqConfigVersion.cmake"
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/nlsq)
