/*
 * shown.h - what is printed for people cannot steer their terminal.
 *
 * Events, letters and files come from strangers, and so do the texts in them. From here
 * on a character on standard output that a terminal would obey (a control character, but
 * for line ends and tabs; a mark that turns the direction of writing), or a byte that is
 * no UTF-8, stands there by its number: \u001b, \u009b, \u202e, \xff. Within JSON that
 * says the same. What goes to a file's descriptor (outfile.h) is left as it is.
 */
#ifndef CONSENT_CTL_SHOWN_H
#define CONSENT_CTL_SHOWN_H

/* Once, before anything is printed. */
void shown_open(void);

/* Empties the terminal's page: our own word to it. */
void shown_clear(void);

#endif
