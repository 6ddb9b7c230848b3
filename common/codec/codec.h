/*
 * codec.h - getting the JSON library ready, once, before any thread.
 *
 * jansson draws the seed of its hash tables on first use, which is not safe between
 * threads, and takes a failed allocation for a syntax error, which would put a good
 * opt-out into quarantine. codec_init settles both: it draws the seed now, and makes lack
 * of memory end the process. Every program that decodes or prints JSON calls it first in
 * main.
 */
#ifndef CONSENT_CODEC_CODEC_H
#define CONSENT_CODEC_CODEC_H

void codec_init(void);

#endif
