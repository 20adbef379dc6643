# What `cpack` puts into skep_VERSION_ARCH.deb. Included by the top CMakeLists.txt; packaging/check tests the result.
include(GNUInstallDirs)

set(docs "${CMAKE_INSTALL_DATADIR}/doc/skep")
set(out "${PROJECT_BINARY_DIR}/packaging")

# skep_gzip(FROM TO): compressed without name and time, so that equal sources make equal packages.
function(skep_gzip from to)
  add_custom_command(
    OUTPUT "${out}/${to}"
    COMMAND sh -c "gzip -9nc '${from}' >'${out}/${to}'"
    DEPENDS "${from}"
    VERBATIM)
endfunction()
file(MAKE_DIRECTORY "${out}")
skep_gzip("${PROJECT_SOURCE_DIR}/packaging/skep.1" skep.1.gz)
skep_gzip("${PROJECT_SOURCE_DIR}/packaging/changelog" changelog.Debian.gz)
set(pages "${out}/skep.1.gz")
# What a program with options of its own says to --help is its page.
foreach(tool skep-load skep-fuzz)
  if(TARGET ${tool})
    add_custom_command(
      OUTPUT "${out}/${tool}.1"
      COMMAND sh -c "'${PROJECT_SOURCE_DIR}/packaging/help-to-man' '$<TARGET_FILE:${tool}>' ${PROJECT_VERSION} >'${out}/${tool}.1'"
      DEPENDS ${tool} "${PROJECT_SOURCE_DIR}/packaging/help-to-man"
      VERBATIM)
    skep_gzip("${out}/${tool}.1" ${tool}.1.gz)
    list(APPEND pages "${out}/${tool}.1.gz")
  endif()
endforeach()
add_custom_target(skep_documents ALL DEPENDS ${pages} "${out}/changelog.Debian.gz")

install(TARGETS skep RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}")
install(FILES ${pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man1")
install(FILES "packaging/skep@.service" DESTINATION lib/systemd/user)
install(FILES packaging/copyright "${out}/changelog.Debian.gz" DESTINATION "${docs}")
install(FILES packaging/lintian-overrides DESTINATION "${CMAKE_INSTALL_DATADIR}/lintian/overrides" RENAME skep)

# packaging/check has built what is installed; the tests and benchmarks need not be.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME skep)
set(CPACK_PACKAGE_VENDOR skep)
set(CPACK_PACKAGE_CONTACT "skep maintainers <maintainers@skep.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "shared memory and work for swarms of AI coding agents")
set(CPACK_PACKAGE_DESCRIPTION
    "An MCP server in one native binary that AI coding agents plug into to work\n\
as a swarm: durable memory that they share, agents and swarms with a topology,\n\
and honest measurement. It speaks JSON-RPC over stdio, so that clients launch\n\
it and scripts pipe into it; a shell calls any of its tools with skep mcp.")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
include(CPack)
