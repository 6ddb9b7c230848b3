/*
 * head.h - the head of a request as it came over the wire; for the files of the server.
 *
 * RFC 9112 to the letter, since what one program reads as one request and the next as two
 * lets strangers put words into other people's mouths: each line ends with CR and LF, no
 * line is continued on the next, nothing stands between a name and its colon, names are
 * tokens, and values hold no control characters.
 */
#ifndef CONSENT_HTTP_HEAD_H
#define CONSENT_HTTP_HEAD_H

#include <microhttpd.h>
#include <stdbool.h>

struct head {
    unsigned lines, hosts, lengths, encodings, authorizations;
    const char *length, *encoding; /* Content-Length, Transfer-Encoding */
    bool too_long, malformed;
    const char *line_end; /* where the line before ends */
};

struct http_request;

/* Reads the fields that every request is asked about, and looks at the form of all. path
 * and version are as libmicrohttpd gave them. */
void head_read(struct MHD_Connection *connection, const char *path, const char *version,
               struct http_request *rq, struct head *ret);

/* A token, as the name of a field must be (RFC 9110, 5.6.2). */
bool head_is_token(const char *text);

#endif
