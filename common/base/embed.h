/*
 * embed.h - EMBED(name, "path"): a file of the source tree, built into the program as
 * name[] up to name_end[], with a NUL behind it.
 *
 * The assembler reads the file, so the compiler does not see that it has changed: the
 * Makefile names it beside the object that embeds it. path: from the top of the tree.
 */
#ifndef CONSENT_BASE_EMBED_H
#define CONSENT_BASE_EMBED_H

#define EMBED(name, path)                                                                \
    __asm__(".pushsection .rodata\n" #name ": .incbin \"" path "\"\n" #name              \
            "_end: .byte 0\n"                                                            \
            ".globl " #name ", " #name "_end\n"                                          \
            ".popsection\n");                                                            \
    extern const char name[], name##_end[]

#endif
