# Writes OUT: the table NAME_files of struct NAME_file, which HEADER declares, with the name of each of FILES and its
# text as a C string (see core/store/schema.h, cmds/completion.h). The bytes are written in hex, so that the text may
# contain any character.
set(text "/* made by cmake/embed.cmake */\n#include \"${HEADER}\"\n\n")
set(rows "")
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  string(MAKE_C_IDENTIFIER ${name} id)
  file(READ ${file} hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
  string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)" "\\1\n" bytes "${bytes}")
  string(APPEND text "static const char ${id}[] = {\n${bytes}0};\n\n")
  string(APPEND rows "\t{\"${name}\", ${id}},\n")
endforeach()
string(APPEND text "const struct ${NAME}_file ${NAME}_files[] = {\n${rows}\t{0, 0},\n};\n")
file(WRITE ${OUT} "${text}")
