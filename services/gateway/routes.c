#include "routes.h"

#include "events/events.h"
#include "unsubscribe/unsubscribe.h"

const struct http_route routes[] = {
    {.path = UNSUBSCRIBE_PATH,
     .worker = true,
     .arguments = "lang view",
     .lenient = true,
     .answer = unsubscribe_show},
    {.path = "/v1/events",
     .method = HTTP_POST,
     .worker = true,
     .heavy = true,
     .arguments = "dry_run",
     .enter = events_enter,
     .answer = events_take},
    {.path = "/v1/receipts",
     .worker = true,
     .heavy = true,
     .arguments = "after limit wait",
     .answer = events_receipts},
    {.path = "/v1/confirmations",
     .worker = true,
     .heavy = true,
     .arguments = "after",
     .answer = events_letters},
    {.path = UNSUBSCRIBE_PATH,
     .method = HTTP_POST,
     .worker = true,
     .arguments = "lang view",
     .lenient = true,
     .body_bytes = 16384,
     .answer = unsubscribe_take},
};
const size_t routes_n = sizeof(routes) / sizeof(routes[0]);
