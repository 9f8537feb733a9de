/* Where the program's own parts and data are. Thread: any. */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A program of ours (such as "negatoscope-engine"), in this order: the environment variable @override when set (tests
 * point it at broken engines), beside the running executable or in its sibling build folder "engine" or "agent", the libexec
 * folder of the installation. Given. NEG_ERROR_NOT_FOUND names the program. */
char *neg_paths_find_program (const char *name, const char *override, GError **error);

/* Likewise a module that is loaded when it is needed (such as "neg-webm.so"), beside the executable or in its sibling
 * build folder "export" or "media". */
char *neg_paths_find_module (const char *name, const char *override, GError **error);

/* The folder of what must not be lost: of @home, or (NULL) as the desktop says. Not made by asking. Given. */
char *neg_paths_dup_data_folder (const char *home);

/* Likewise of what can be fetched again. */
char *neg_paths_dup_cache_folder (const char *home);

G_END_DECLS
