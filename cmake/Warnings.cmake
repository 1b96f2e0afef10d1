# The warnings that every target of ours is built with; errors when BK_WERROR is on (the presets turn it on).
# bk_test_warnings leaves -Wnull-dereference out: cmocka's assertions do not tell the compiler that they do not return.
add_library(bk_test_warnings INTERFACE)
target_compile_options(bk_test_warnings INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wdouble-promotion -Wformat=2 -Wundef -Wvla
    -Wwrite-strings -Wcast-qual -Wpointer-arith -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition
    -Wimplicit-fallthrough)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    target_compile_options(bk_test_warnings INTERFACE -Wduplicated-cond -Wduplicated-branches -Wlogical-op)
endif()
if(BK_WERROR)
    target_compile_options(bk_test_warnings INTERFACE -Werror)
endif()
add_library(bk_warnings INTERFACE)
target_link_libraries(bk_warnings INTERFACE bk_test_warnings)
target_compile_options(bk_warnings INTERFACE -Wnull-dereference)
