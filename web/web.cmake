# The web: rt_web, and within it the page, built from ui/ where npm is there.
room(rt_web web/*.c)
target_link_libraries(rt_web PUBLIC rt_store rt_base PRIVATE PkgConfig::MICROHTTPD PkgConfig::ZLIB Threads::Threads)
target_compile_definitions(rt_web PRIVATE _DEFAULT_SOURCE)

set(ui ${CMAKE_SOURCE_DIR}/web/ui)
set(ui_built ${CMAKE_BINARY_DIR}/ui)
set(web_assets ${CMAKE_BINARY_DIR}/generated/web_assets.c)
find_program(RT_NPM npm)
find_program(RT_NODE NAMES node nodejs)
file(GLOB ui_sources CONFIGURE_DEPENDS ${ui}/src/*)
file(GLOB ui_instead CONFIGURE_DEPENDS ${ui}/instead/*)
if(RT_NPM AND RT_NODE)
    # a failure leaves no stamp, so that the next build tries again
    add_custom_command(OUTPUT ${ui_built}/stamp VERBATIM
        DEPENDS ${ui_sources} ${ui}/build.mjs ${ui}/build.cmake ${ui}/package.json ${ui}/package-lock.json
        COMMAND ${CMAKE_COMMAND} -DNPM=${RT_NPM} -DNODE=${RT_NODE} -DUI=${ui} -DTO=${ui_built} -DMUST=${RT_WEB_PAGE}
                -P ${ui}/build.cmake
        COMMENT "the page")
    set(ui_stamp ${ui_built}/stamp)
elseif(RT_WEB_PAGE)
    message(FATAL_ERROR "RT_WEB_PAGE: npm and node are needed for the page")
else()
    message(STATUS "npm is not here: routetap answers programs, and its page says how to build it")
endif()
add_custom_command(OUTPUT ${web_assets} VERBATIM
    DEPENDS ${ui_stamp} ${ui_instead} ${ui}/embed.cmake ${CMAKE_SOURCE_DIR}/web/schemas.json
    COMMAND ${CMAKE_COMMAND} -DOUT=${web_assets} -DSCHEMAS=${CMAKE_SOURCE_DIR}/web/schemas.json -DFROM=${ui_built}/dist
            -DINSTEAD=${ui}/instead -P ${ui}/embed.cmake)
target_sources(rt_web PRIVATE ${web_assets})
