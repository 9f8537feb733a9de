#include "config.h"

#include "agent/neg-agent-vet.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "learning/neg-markdown.h"
#include "learning/neg-png.h"
#include "learning/neg-vtt.h"
#include "wire/neg-vet.h"

#define PICTURE_PIXELS_MAX 8192
#define DURATION_MS_OFF 3000

/* Not decoded, neither here nor by the window, which shows the words in its place (learning/DESIGN.md). */
static gboolean
check_picture (const char *bytes, gsize length, GError **error)
{
  guint width, height;

  if (!neg_png_measure (bytes, length, &width, &height, error))
    return FALSE;
  if (width > PICTURE_PIXELS_MAX || height > PICTURE_PIXELS_MAX)
    return neg_fail (error, NEG_ERROR_SIZE_OVERFLOW, "picture", "it is more than %d pixels wide or high", PICTURE_PIXELS_MAX);
  return TRUE;
}

static gboolean
check_captions (const char *bytes, gsize length, GError **error)
{
  g_autoptr (NegVtt) vtt = neg_vtt_parse (bytes, length, error);

  return vtt != NULL;
}

static gboolean
check_text (const char *bytes, gsize length, GError **error)
{
  g_autofree char *text = NULL;

  if (memchr (bytes, '\0', length) != NULL)
    return neg_fail (error, NEG_ERROR_UNREADABLE, "text", "it is not a text");
  text = g_strndup (bytes, length);
  return neg_markdown_check (text, error);
}

gboolean
neg_agent_vet_bytes (const char *name, const char *bytes, gsize length, GError **error)
{
  if (g_str_has_suffix (name, ".png"))
    return check_picture (bytes, length, error);
  if (g_str_has_suffix (name, ".vtt"))
    return check_captions (bytes, length, error);
  if (g_str_has_suffix (name, ".md"))
    return check_text (bytes, length, error);
  return neg_fail (error, NEG_ERROR_UNSUPPORTED, name, "%s is none of .webm, .vtt, .md and .png", name);
}

/* How much of it somebody has seen is reckoned from the manifest's duration. */
static gboolean
check_video (const NegLibraryFile *file, int fd, GCancellable *cancellable, GError **error)
{
  NegVideoInfo info;

  if (!neg_vet_video (fd, cancellable, &info, error))
    return FALSE;
  if (ABS ((gint64) info.duration_ms - (gint64) file->duration_ms) <= DURATION_MS_OFF)
    return TRUE;
  return neg_fail (error, NEG_ERROR_INCONSISTENT, "video", "it lasts %u s, and its manifest says %u s", info.duration_ms / 1000,
                   file->duration_ms / 1000);
}

gboolean
neg_agent_vet_file (const NegLibraryFile *file, const char *path, GCancellable *cancellable, GError **error)
{
  g_autofree char *bytes = NULL;
  gsize length;
  gboolean is_good;
  int fd;

  if (!g_str_has_suffix (file->name, ".webm"))
    return g_file_get_contents (path, &bytes, &length, error) && neg_agent_vet_bytes (file->name, bytes, length, error);
  fd = open (path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return neg_fail (error, NEG_ERROR_UNREADABLE, "video", "it cannot be read");
  is_good = check_video (file, fd, cancellable, error);
  close (fd);
  return is_good;
}
