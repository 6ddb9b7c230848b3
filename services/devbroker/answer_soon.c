/*
 * Answers leave at once.
 *
 * The mock leaves Nagle's algorithm on: its second answer on a connection waits until the
 * client has confirmed the first, which a client does after 40 ms. It has no setting for
 * that, so the linker puts this before its listen() (--wrap, in the Makefile): on Linux a
 * connection takes over TCP_NODELAY from the socket that accepted it.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int __real_listen(int fd, int backlog);
int __wrap_listen(int fd, int backlog);

int __wrap_listen(int fd, int backlog)
{
    const int on = 1;

    /* Without it everything is right as well, only slower. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    return __real_listen(fd, backlog);
}
