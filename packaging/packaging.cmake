# What is installed beside the program and its manual page, and a Debian package of all of it (cpack -G DEB).
add_executable(make_shell docs/make_shell.c)
target_include_directories(make_shell PRIVATE ${CMAKE_SOURCE_DIR})
set(shell_files)
function(shell_file kind name destination)
    set(file ${CMAKE_BINARY_DIR}/shell/${kind}/${name})
    file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/shell/${kind})
    add_custom_command(OUTPUT ${file} DEPENDS make_shell VERBATIM COMMAND make_shell ${kind} > ${file})
    set(shell_files ${shell_files} ${file} PARENT_SCOPE)
    install(FILES ${file} DESTINATION ${destination})
endfunction()
shell_file(bash routetap ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
shell_file(zsh _routetap ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions)
shell_file(fish routetap.fish ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)
shell_file(conf routetap.conf ${CMAKE_INSTALL_DOCDIR}/examples)
add_custom_target(shell ALL DEPENDS ${shell_files})

set(BINDIR ${CMAKE_INSTALL_FULL_BINDIR})
configure_file(packaging/systemd/routetap.service ${CMAKE_BINARY_DIR}/routetap.service @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/routetap.service DESTINATION lib/systemd/system)
install(DIRECTORY packaging/prometheus packaging/grafana DESTINATION ${CMAKE_INSTALL_DATADIR}/routetap)
install(FILES README.md CHANGELOG.md LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(FILES docs/span-ports.md DESTINATION ${CMAKE_INSTALL_DOCDIR})
option(RT_PACKAGE "a configuration file in /etc, too: for packages" OFF)
if(RT_PACKAGE)
    install(FILES ${CMAKE_BINARY_DIR}/shell/conf/routetap.conf DESTINATION /etc/routetap)
    install(FILES packaging/debian/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME routetap)
set(CPACK_PACKAGE_CONTACT "routetap's authors <routetap@localhost>")
set(CPACK_PACKAGE_DESCRIPTION
"It listens, and never speaks: from captures, or on interfaces for years, it
follows each BGP session and each OSPF adjacency as their routers see them, and
says what is wrong and why, with the packets that prove it; with a page in the
browser, metrics, and alerts.")
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_DEPENDS adduser) # beside the libraries that are found: the service has a user of its own
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
list(JOIN late_packages ", " CPACK_DEBIAN_PACKAGE_RECOMMENDS) # webhooks and Kafka want them
string(REGEX REPLACE "^, " "" CPACK_DEBIAN_PACKAGE_RECOMMENDS "${CPACK_DEBIAN_PACKAGE_RECOMMENDS}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/debian/postinst ${CMAKE_SOURCE_DIR}/packaging/debian/prerm
    ${CMAKE_SOURCE_DIR}/packaging/debian/postrm ${CMAKE_SOURCE_DIR}/packaging/debian/conffiles)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
