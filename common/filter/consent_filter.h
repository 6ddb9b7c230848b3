/*
 * consent_filter.h - a suppression list in 18 bits an entry, to ask at the moment of
 * sending.
 *
 * This header and consent_filter.c are all that a mailing program needs: C11 and a POSIX
 * libc, no library. `consentctl list filter LIST --output FILE` makes the file, and GET
 * /v1/lists/{id}/filter serves it.
 *
 *   struct consent_filter *f;
 *   if (consent_filter_open("promotional-email.cmqf", &f) != CONSENT_FILTER_OK) stop();
 *   if (consent_filter_has(f, token, strlen(token)))
 *       ... maybe on the list: ask exactly, POST /v1/lists/{id}/scrub with the token ...
 *   else
 *       ... surely not on the list, as of consent_filter_about(f)->cursor ...
 *
 * The token is the contact as the list's profile has it, in the spelling of the list
 * itself: "sha256-hex" is 64 lower-case digits of SHA-256 over the normalised address.
 *
 * What the answers mean depends on the polarity. A deny list's filter holds the
 * suppressed: no means that the list had not suppressed the contact by the cursor. A
 * permit list's filter holds the permitted: no means surely not permitted, do not send;
 * yes must be confirmed before anything is sent. Of every 65,536 tokens that are not
 * there, one is said to be (CONSENT_FILTER_FALSE_POSITIVES). One that is there is always
 * said to be. What the list said after the cursor is not in the file: read
 * /v1/lists/{id}/changes?after=CURSOR, or fetch the next filter.
 *
 * A file that is cut short, damaged anywhere, or not one of ours is refused when it is
 * opened. One is replaced by a new file of the same name (rename), never written over, so
 * an open one stays good; consent_filter_stale says that there is a newer one.
 *
 * The filter is a binary fuse filter of three hashes and 16-bit fingerprints: Thomas
 * Mueller Graf and Daniel Lemire, Binary Fuse Filters: Fast and Smaller Than Xor Filters,
 * ACM Journal of Experimental Algorithmics 27 (2022).
 *
 * The file, all numbers little-endian:
 *
 *   offset  bytes
 *        0      8  magic: 89 "CMQF" 0D 0A 1A
 *        8      2  version of the format, 1
 *       10      1  bits of a fingerprint, 16
 *       11      1  polarity: 0 deny, 1 permit
 *       12      4  bytes of this header, 1024
 *       16      8  entries
 *       24      8  bytes of the whole file
 *       32     16  key of SipHash-2-4, by which a token's bytes become 64 bits: x
 *       48      8  seed: h = mix(x + seed), mix is the finaliser of MurmurHash3
 *       56      4  L, slots of a segment, a power of two
 *       60      4  S, segments in which the first slot lies
 *       64      8  slots, (S + 2) * L
 *       72      8  when it was made, microseconds since 1970
 *       80     64  list, text with NULs to the end, as the two below
 *      144     32  token profile
 *      176    512  cursor
 *      688    320  zero
 *     1008      8  CRC-64/XZ of the slots
 *     1016      8  CRC-64/XZ of the 1016 bytes before
 *     1024         slots, 2 bytes each
 *
 * With hi(a, b) the upper 64 bits of a product of 128: p = hi(h, S * L); slots p,
 * (p + L) ^ (h >> 18 & (L - 1)), (p + 2 L) ^ (h & (L - 1)). A token may be there when the
 * exclusive or of the three is the lower 16 bits of h ^ h >> 32; with 0 entries none is.
 */
#ifndef CONSENT_FILTER_CONSENT_FILTER_H
#define CONSENT_FILTER_CONSENT_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CONSENT_FILTER_VERSION         1
#define CONSENT_FILTER_HEADER_BYTES    1024
#define CONSENT_FILTER_FALSE_POSITIVES (1.0 / 65536)

enum consent_filter_error {
    CONSENT_FILTER_OK = 0,
    CONSENT_FILTER_NO_FILE, /* errno says why                                  */
    CONSENT_FILTER_FOREIGN, /* not one of ours                                 */
    CONSENT_FILTER_NEWER,   /* of a version that this program does not know    */
    CONSENT_FILTER_DAMAGED, /* cut short, or changed on its way: fetch it again */
    CONSENT_FILTER_MEMORY,
};

struct consent_filter_about {
    bool permit; /* it holds the permitted */
    uint64_t entries;
    int64_t made_us;
    char list[64];
    char profile[32];
    char cursor[512];
};

struct consent_filter;

/* Reads the whole file into memory. *ret is touched on success only. */
enum consent_filter_error consent_filter_open(const char *path,
                                              struct consent_filter **ret);

/* The same by mmap(2), so that processes share its pages; for files that nobody writes
 * over. */
enum consent_filter_error consent_filter_map(const char *path,
                                             struct consent_filter **ret);

/* From bytes of the caller's, which must outlive the filter and be even-aligned. */
enum consent_filter_error consent_filter_load(const void *data, size_t len,
                                              struct consent_filter **ret);

void consent_filter_close(struct consent_filter *f); /* NULL is fine */

/* False: surely not there. Safe from any number of threads. */
bool consent_filter_has(const struct consent_filter *f, const void *token, size_t len);

const struct consent_filter_about *consent_filter_about(const struct consent_filter *f);

/* Is there another file under the name by now? False when there is none. Not for
 * consent_filter_load. */
bool consent_filter_stale(const struct consent_filter *f);

/* "it is damaged: fetch it again" and the like. */
const char *consent_filter_error_text(enum consent_filter_error error);

/* --- for the builder, and whoever queries in bulk --- */

struct consent_filter_shape {
    uint8_t key[16];
    uint64_t seed;
    uint32_t segment;  /* L */
    uint32_t segments; /* S */
    uint64_t slots;
};

uint64_t consent_filter_hash(const uint8_t key[16], const void *data, size_t len);
uint64_t consent_filter_mix(uint64_t hash, uint64_t seed);
void consent_filter_places(const struct consent_filter_shape *shape, uint64_t mixed,
                           uint64_t ret[3]);

struct consent_filter_crc {
    uint64_t table[8][256];
};

void consent_filter_crc_init(struct consent_filter_crc *crc);
/* From 0 on; more data goes on from what came before. */
uint64_t consent_filter_crc_add(const struct consent_filter_crc *crc, uint64_t before,
                                const void *data, size_t len);

#endif
