// What Swift's own Glibc module leaves out.
#include <pthread.h>
extern int pthread_setname_np(pthread_t thread, const char *name);
