/* A site's shared folder: what is written into it appears whole or not at all, whoever else writes, and however it ends. Nothing of the
 * agent is used here, since a thread that the disk holds up may outlive it (neg-limited.h); what goes on says so by
 * neg_limited_beat().
 * Errors: NOT_FOUND: the folder is not there (unplugged); DISK_FULL; REFUSED: no permission; BUSY. Thread: any. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Who writes (this home, on this host), before anything else: what it leaves half written has that name and is written over by its next
 * try, and nobody else's. */
void neg_site_folder_set_writer (const char *data_folder);

gboolean neg_site_folder_check (const char *folder, GError **error);

/* @line and a line end behind what is in <folder>/@subfolder/@name; what another was cut off in is ended first. On the disk. */
gboolean neg_site_folder_append (const char *folder, const char *subfolder, const char *name, const char *line, GError **error);

/* The whole file, by rename; on the disk. */
gboolean neg_site_folder_put (const char *folder, const char *subfolder, const char *name, const char *bytes, gsize length,
                              GError **error);
/* The same of a file of ours whose hash is known; REFUSED: it is another one. One that is there with its size stays. */
gboolean neg_site_folder_put_file (const char *folder, const char *subfolder, const char *name, const char *path, const char *sha256,
                                   GError **error);

/* A regular file of the folder, without waiting for a pipe. Given, with a NUL behind it. NOT_FOUND, SIZE_OVERFLOW. */
char *neg_site_folder_read (const char *folder, const char *file, gsize bytes_max, gsize *length, GError **error);
/* Its bytes into @fd, from 0 on; *sha256 given. */
gboolean neg_site_folder_copy (const char *folder, const char *file, guint64 bytes_max, int fd, char **sha256, GError **error);
gboolean neg_site_folder_copy_fd (int from, const char *name, guint64 bytes_max, int fd, char **sha256, GError **error);
/* Says when it has changed: size, time and number of the file; "" where there is none. Given. */
char *neg_site_folder_dup_stamp (const char *folder, const char *file, GError **error);

/* One change of the manifest at a time, of all that publish: BUSY when somebody else does not end. Ended by the process's end, too. -1. */
int neg_site_folder_lock (const char *folder, GError **error);

/* A name of a file for any text: [A-Za-z0-9._-], others as '_' and then with a hash behind, never hidden. Given. */
char *neg_site_folder_dup_name (const char *text);

/* Of a descriptor, from 0 on; given. */
char *neg_site_folder_hash (int fd, guint64 *bytes, GError **error);

G_END_DECLS
