/* What a site's library brings is looked at before anybody sees it: a video is played through by an engine in its cage, captions and
 * texts are parsed, pictures are measured. Thread: any but the main one. */
#pragma once

#include "agent/neg-agent.h"
#include "learning/neg-library.h"

G_BEGIN_DECLS

/* @path: the bytes whose hash is @file's, which nobody can write to any more. The reason is for people. */
gboolean neg_agent_vet_file (const NegLibraryFile *file, const char *path, GCancellable *cancellable, GError **error);
/* All but the video, by the bytes; also of what is published. */
gboolean neg_agent_vet_bytes (const char *name, const char *bytes, gsize length, GError **error);

G_END_DECLS
