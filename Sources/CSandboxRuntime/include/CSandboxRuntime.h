// The JavaScript that every context of the sandbox begins with, as one text.
#ifndef C_SANDBOX_RUNTIME_H
#define C_SANDBOX_RUNTIME_H

const char *sandbox_runtime_text(void);

#endif
