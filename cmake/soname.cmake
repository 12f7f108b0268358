# soname(VARIABLE NAME DIRS): the name under which a program loads library NAME as it runs: the one that it has
# for the linker, by which every machine with the library finds it. Where that cannot be read, the whole path.
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
