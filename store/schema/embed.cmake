# In:  -DOUT=FILE; the numbered .sql files beside this one. Out: FILE, a C file that holds their texts, in order.
# Bytes, not string literals: C17 promises literals of 4095 characters only.
set(arrays "")
set(rows "")
set(number 0)
file(GLOB paths "${CMAKE_CURRENT_LIST_DIR}/*.sql")
list(SORT paths)
foreach(path IN LISTS paths)
    math(EXPR number "${number} + 1")
    get_filename_component(name "${path}" NAME)
    string(REGEX MATCH "^[0-9]+" said "${name}")
    string(REGEX REPLACE "^0+" "" said "${said}")
    if(NOT said EQUAL number)
        message(FATAL_ERROR "store/schema: ${name} stands in place ${number}: a number is missing or given twice")
    endif()
    file(READ "${path}" text HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," text "${text}")
    string(REGEX REPLACE "(................................................................................)" "\\1\n" text "${text}")
    string(APPEND arrays "static const unsigned char text_${number}[] = {\n${text}0x00 };\n")
    string(APPEND rows "    { \"${name}\", text_${number} },\n")
endforeach()
file(WRITE "${OUT}.new" "/* Made by store/schema/embed.cmake from store/schema. */
#include \"store/schema.h\"

${arrays}
const struct schema_file schema_files[] = {
${rows}};
const unsigned schema_count = ${number};
")
configure_file("${OUT}.new" "${OUT}" COPYONLY)
