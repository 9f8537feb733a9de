/* This test program again, as a process that is killed or that has a small disk of its own. */
#pragma once

#include <sys/types.h>

#include "archive-home.h"

G_BEGIN_DECLS

#define ARCHIVE_CHILD_NO_MOUNTS 77 /* exit status: the machine does not let us */

/* PROGRAM @mode @folder; @fault: NEGATOSCOPE_FAULT, nullable. *from: what it writes. */
pid_t archive_child_start (const char *mode, const char *folder, const char *fault, int *from);

/* The home that the parent made in @folder. */
void archive_child_open_home (ArchiveHome *home, const char *folder);
void archive_child_close_home (ArchiveHome *home);

/* 8 MiB, seen by this process only, and gone with it. FALSE: not allowed. */
gboolean archive_child_mount_small_disk (const char *folder);
/* A file that takes all room, but for @left bytes. */
void archive_child_fill_disk (const char *path, gsize left);

G_END_DECLS
