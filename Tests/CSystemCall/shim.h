#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// Swift imports no functions of variable arguments.
static inline long system_call(long number, const long *arguments) {
  return syscall(number, arguments[0], arguments[1], arguments[2], arguments[3], arguments[4], arguments[5]);
}
