# soname(VARIABLE NAME DIRS): the name by which a program loads library NAME at run time: its SONAME, by which every
# machine with the library finds it, or its full path if the SONAME cannot be read.
function(soname variable name dirs)
  find_library(${variable}_PATH ${name} HINTS ${dirs} REQUIRED)
  set(found ${${variable}_PATH})
  if(CMAKE_OBJDUMP AND NOT APPLE)
    execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${found} OUTPUT_VARIABLE text ERROR_QUIET)
    if(text MATCHES "SONAME +([^ \n]+)")
      set(found ${CMAKE_MATCH_1})
    endif()
  endif()
  set(${variable} ${found} PARENT_SCOPE)
endfunction()
