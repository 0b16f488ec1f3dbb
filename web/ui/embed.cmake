# In:  -DOUT=FILE.c, -DSCHEMAS=FILE.json, -DFROM=FOLDER with the built page (names as they are served; *.gz: compressed)
#      and -DINSTEAD=FOLDER, whose page stands in where FROM has none.
# Out: FILE.c, the files as arrays of bytes.
set(types "html=text/html; charset=utf-8" "js=text/javascript; charset=utf-8" "css=text/css; charset=utf-8" "svg=image/svg+xml")

function(bytes_of path out)
    file(READ "${path}" text HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," text "${text}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

if(NOT EXISTS "${FROM}/index.html.gz")
    set(FROM "${INSTEAD}")
endif()
file(GLOB paths "${FROM}/*")
list(SORT paths)
set(arrays "")
set(rows "")
set(number 0)
foreach(path IN LISTS paths)
    get_filename_component(name "${path}" NAME)
    set(gzip false)
    if(name MATCHES "\\.gz$")
        string(REGEX REPLACE "\\.gz$" "" name "${name}")
        set(gzip true)
    endif()
    set(type "")
    foreach(row IN LISTS types)
        string(REGEX MATCH "^([a-z]+)=(.*)$" row "${row}")
        if(name MATCHES "\\.${CMAKE_MATCH_1}$")
            string(REGEX REPLACE "^[a-z]+=" "" type "${row}")
        endif()
    endforeach()
    if(type STREQUAL "")
        continue()
    endif()
    file(SIZE "${path}" size)
    file(SHA256 "${path}" sum)
    string(SUBSTRING "${sum}" 0 24 sum)
    bytes_of("${path}" text)
    string(APPEND arrays "static const unsigned char bytes_${number}[] = {\n${text} };\n")
    string(APPEND rows "    { \"/${name}\", \"${type}\", bytes_${number}, ${size}, ${gzip}, \"\\\"${sum}\\\"\" },\n")
    math(EXPR number "${number} + 1")
endforeach()
bytes_of("${SCHEMAS}" schemas)
file(WRITE "${OUT}.new" "/* Made by web/ui/embed.cmake. */
#include \"web/assets.h\"

${arrays}
const struct asset assets[] = {
${rows}};
const unsigned asset_count = ${number};
const unsigned char schemas_json[] = {
${schemas} 0x00 };
")
configure_file("${OUT}.new" "${OUT}" COPYONLY)
