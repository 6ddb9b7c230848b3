/* reference.h - "/docs/": the API reference, made from schemas/ when the program is built
 * (render.py), and the documents themselves. No script, and nothing from elsewhere. */
#ifndef CONSENT_LOOKUP_REFERENCE_H
#define CONSENT_LOOKUP_REFERENCE_H

#include "http/server.h"

/* "/docs/{file}", and "/docs/" itself. */
http_answer reference_answer;

/* "/v1/openapi.yaml" */
http_answer reference_document;

/* "/docs": leads to "docs/". */
http_answer reference_moved;

#endif
