/*
 * Loaded before Chromium (browser.py): it learns of no network interface that comes or
 * goes. It would end every request that is under way then (ERR_NETWORK_CHANGED), also
 * those over loopback, whenever a container starts beside the test. Without this kind of
 * socket it takes the network for there, for good.
 */
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

int socket(int domain, int type, int protocol)
{
    if (domain == AF_NETLINK) {
        errno = EAFNOSUPPORT;
        return -1;
    }
    return (int)syscall(SYS_socket, domain, type, protocol);
}
