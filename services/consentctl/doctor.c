#include "commands.h"
int doctor_run(struct ctl *ctl){(void)ctl;return 1;}
