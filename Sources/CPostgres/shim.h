#include <libpq-fe.h>
// What the driver's thread needs and Swift's own Glibc module leaves out.
#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
