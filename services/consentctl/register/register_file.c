#include "register_file.h"

#include <stdlib.h>
#include <string.h>

bool register_file_add(const char *path, struct register_files *files, struct err *err)
{
    const char *slash = strrchr(path, '/');
    size_t len;
    char *text;
    bool ok;

    if (!ctl_file(path, REGISTER_FILE_BYTES, &text, &len, err))
        return false;
    ok = register_files_add(files, slash ? slash + 1 : path, text, len, err);
    free(text);
    return ok;
}
