// The protocol alone: its connections are not used.
#include <hiredis/hiredis.h>
#include <hiredis/read.h>
