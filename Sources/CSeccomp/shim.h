#include <linux/sched.h>
#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Swift imports neither functions of variable arguments nor constants of glibc's enumerations.

static inline int control_process(int option, unsigned long value) { return prctl(option, value, 0, 0, 0); }

static inline int forbid_core_dumps(void) {
  const struct rlimit none = {0, 0};
  return setrlimit(RLIMIT_CORE, &none);
}

// All from `first` to `last`.
static inline long close_descriptors(unsigned int first, unsigned int last) {
  return first > last ? 0 : syscall(SYS_close_range, first, last, 0);
}
