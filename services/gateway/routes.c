#include "routes.h"

#include "unsubscribe/unsubscribe.h"

const struct http_route routes[] = {
    {.path = UNSUBSCRIBE_PATH,
     .worker = true,
     .arguments = "lang",
     .lenient = true,
     .answer = unsubscribe_show},
    {.path = UNSUBSCRIBE_PATH,
     .method = HTTP_POST,
     .worker = true,
     .arguments = "lang",
     .lenient = true,
     .answer = unsubscribe_take},
};
const size_t routes_n = sizeof(routes) / sizeof(routes[0]);
