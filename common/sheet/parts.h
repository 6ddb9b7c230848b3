/* parts.h - a sheet as its own files see it. */
#ifndef CONSENT_SHEET_PARTS_H
#define CONSENT_SHEET_PARTS_H

#include "sheet/sheet.h"
#include "sheet/words.h"

#include "book/book.h"
#include "codec/rows_json.h"

#define COLUMN_NAME_BYTES 64

struct cell {
    const char *s; /* NULL: the record has no such field */
    size_t len;
};

/* --- forms.c: formats and their kinds of list --- */

#define BIT(meaning) (UINT64_C(1) << (meaning))

/* What the rows of a kind of list say, before flags and words of the row. */
enum rule {
    RULE_OPTOUT, /* all opted out */
    RULE_COMPLAINT,
    RULE_HARD,
    RULE_INVALID,
    RULE_BOUNCE, /* by status and words of the mail server */
    RULE_REASON, /* by the word in its column; another word: opted out */
    RULE_STATUS, /* by flags and words alone: who has none says nothing */
    RULE_REFUSE, /* not a list of opt-outs */
};

/* A kind of list is known by the columns it has: any of these, and none of those. */
struct kind {
    enum sheet_form form;
    const char *title;
    uint64_t any, none; /* of BIT(meaning); any 0: always */
    enum rule rule;
    enum saying otherwise; /* RULE_BOUNCE: when status and words say nothing */
};

struct form {
    const char *wanted; /* its columns, for a person */
    bool accounts;      /* its rows are accounts: when one was made says nothing */
    bool hashes;
    bool numbers;        /* a list of telephone numbers, in national form as well */
    const char *country; /* whose plan they follow */
    const char *via;
    int days; /* how old it may be; 0: nothing says */
};

const struct form *form_of(enum sheet_form form);

/* NULL: the columns fit none of its kinds. */
const struct kind *kind_of(enum sheet_form form, uint64_t columns);

/* --- table.c: records --- */

struct record {
    int64_t line;
    const char *fault; /* code; NULL: there are cells */
    enum { RECORD_ROW, RECORD_HEADER, RECORD_BLANK } what;
    bool unended; /* the input ends with it, without a line end */
    size_t n;     /* of its own cells, perhaps more than columns */
    const struct cell *cells;
    size_t n_faults; /* of its cells, in a workbook */
    const struct book_fault *faults;
};

/* What is wrong with that cell of a workbook; NULL: nothing. */
const char *record_fault(const struct record *rec, size_t column);

/* An address, a number or a hash: no name of a column. */
bool cell_is_datum(struct cell c);
bool name_is_given(const struct sheet *s, struct cell c); /* by an option */
void column_name_set(struct sheet *s, size_t i, struct cell c);
bool table_json_open(struct sheet *s, struct err *err); /* table_json.c */

typedef bool record_each(void *arg, const struct record *rec, struct err *err);

struct column {
    char name[COLUMN_NAME_BYTES]; /* "column 2" where the file has no names */
    enum sheet_meaning meaning;
    enum contact_kind kind; /* of a flag, of a hash */
    bool given;             /* by an option */
    bool flat;              /* no line end can be in it */
    enum sheet_meaning
        hint;           /* a flag's, where its name is not known and sounds like it */
    bool happens;       /* by its name, what happened: "event", "text", "tags" */
    bool listed;        /* a list within a row of JSON: several words in a cell */
    bool whole_numbers; /* telephone numbers with their country, and without a + */
    const char *note;   /* shown with it */

    /* what its cells look like */
    int64_t filled, ats, plus, numbers, hashes, times, two_ways, day_first, month_first;
    int64_t words, nothings, softs; /* of how somebody stands; of these, "subscribed", and
                                     * "soft bounce" */
    int64_t flags, yeses, letters, changes, kinds;
    int64_t voids; /* of filled, where it may say no: [], 0000-00-00 */
    int64_t nos;   /* of words: unsubscribed, bounced, ... */
    int64_t nots;  /* of filled: "Not registered", "NO EN LISTA" */
};

struct sheet {
    struct sheet_options o;
    const struct form *form;
    const struct kind *kind;
    char file[256];
    struct charset_text text;
    size_t body;          /* where the table begins in text: after sep=, */
    int64_t lines_before; /* which is a line */

    /* as CSV */
    char delimiter;
    bool named;          /* there is a line of names */
    int64_t header_line; /* 0: none */
    /* as JSON */
    struct rows_json *json;
    /* as a workbook: text is its table */
    struct book *book;

    size_t n_columns;
    struct column *columns;
    size_t n_times; /* columns of times, as they are asked */
    uint16_t times[8];
    uint64_t meanings;  /* of BIT(meaning): those that count */
    int64_t n_rows;     /* records that are neither names nor empty */
    int64_t n_short;    /* of these, with fewer cells than there are columns */
    int64_t n_undated;  /* of these, without a time of the opt-out */
    bool only_scopes;   /* no row says anything of promotion: see scopes.c */
    const char *unheld; /* why none of its rows says anything; NULL: they do */
    int64_t list_us;    /* the day that a list is of */
    char list_day[11];
    struct sheet_counts counts;

    struct sheet_row row; /* the one at hand */
};

/* --- encodings.c --- */

/* Of a file whose encoding is guessed: the one in which its names and words are known. */
bool encoding_find(struct sheet *s, const char *bytes, size_t len, struct err *err);
/* The error may come from a wrong guess: it says so as well. Always false. */
bool encoding_advise(const struct sheet *s, struct err *err);

/* Finds delimiter, names, and columns; fills columns[].name. */
bool table_open(struct sheet *s, struct err *err);
bool table_walk(struct sheet *s, record_each *each, void *arg, struct err *err);

/* --- look.c --- */

/* Counts what the record's cells look like; ERR_INPUT when other names begin. */
record_each record_look;

/* --- agree.c --- */

/* What the names said, held against the cells; what the cells say where there are none.
 */
bool columns_agree(struct sheet *s, struct err *err);

/* False, ERR_INPUT: there is a column that nobody knows, and that looks as if it said how
 * somebody stands. Taking every row as an opt-out would be a guess then. Where a column
 * that is known says it, only one counts that sounds like a flag, or whose name cannot be
 * read. */
bool standing_is_clear(struct sheet *s, struct err *err);
/* Has it a column that says of each how they stand? */
bool standing_is_told(const struct sheet *s);

/* --- columns.c --- */

/* Which column is what. */
bool columns_decide(struct sheet *s, struct err *err);

/* Is this its name? One that is longer than is kept is known by its beginning. */
bool column_is(const struct column *col, const char *name, size_t len);

/* --- cells --- */

/* Without blanks around it, a spreadsheet's apostrophe before it, or ="" or typographic
 * quotation marks about it. */
struct cell cell_plain(struct cell c);
/* What a spreadsheet writes where a formula failed, in any language: #REF!, #NV. */
bool cell_is_error(struct cell c);
bool cell_is_time(const struct sheet *s, const struct column *col, struct cell c,
                  int64_t *ret_us);

/* --- agree.c --- */

bool column_mostly(int64_t n, const struct column *col); /* of its cells */
bool column_unsure(const struct column *col, const char *what, const char *word,
                   struct err *err); /* false, with the option that settles it */

/* --- contact.c: whom a row names --- */

/* Adds to row->said and row->faults. kinds: BIT(kind) of those that are meant; 0: all. */
void row_contacts(const struct sheet *s, const struct record *rec, unsigned int kinds,
                  struct sheet_row *row);
void row_fault(struct sheet_row *row, const char *reason, const char *where);

/* --- standing.c: what a row says of how somebody stands --- */

/* A word of a column about how they stand; ActiveCampaign writes figures. */
enum saying status_saying(const struct sheet *s, struct cell c);

struct standing {
    bool seen;          /* there is a flag or a word about it */
    bool says_no;       /* of any channel */
    unsigned int kinds; /* 1 << kind of the contacts that a flag speaks of */
    bool of_all;
    bool by_channel;    /* a column says of which channel the row is */
    enum saying saying; /* of a word */
    bool has_time;
    int64_t time_us;
    const char *time_of;
    unsigned int scopes; /* of enum sheet_scope, besides promotion */
};

/* False: a fault stands in row. */
bool standing_read(const struct sheet *s, const struct record *rec, struct standing *st,
                   struct sheet_row *row);
/* "status=enabled", unless a reason stands there already. */
void silent_set(struct sheet_row *row, const struct column *col, struct cell c);
/* The next of the words of a cell: of a listed column each, else the cell itself. */
bool cell_next(const struct column *col, struct cell *rest, struct cell *ret);
/* "", 0000-00-00, [], n/a: what stands for no time and no word. */
bool cell_is_void(struct cell c);
bool cell_is_code(struct cell c); /* 550, 5.1.1 */

/* --- scopes.c --- */

bool meaning_is_scope(enum sheet_meaning m);
/* A column that sounds like a flag, and is one about sale or tracking: it becomes so. */
bool scope_decide(struct column *col);
/* False: a fault stands in row. */
bool scope_take(const struct sheet *s, const struct column *col, struct cell c,
                struct standing *st, struct sheet_row *row);
/* Of the contacts in row: what is said of each. speaks: of promotion, by these kinds. */
void scopes_set(const struct standing *st, bool speaks, unsigned int kinds,
                struct sheet_row *row);

/* --- row.c --- */

void row_say(struct sheet *s, const struct record *rec, struct sheet_row *row);

#endif
