#include "config.h"

#include "wire/neg-vet.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n-lib.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "base/neg-paths.h"
#include "wire/neg-engine-pool-private.h"
#include "wire/neg-message.h"

#define START_MS (20 * 1000)
/* The engine ends itself after its processor time (neg-vet-module.h in the engine's folder); this is for one that hangs. */
#define PLAY_MS (20 * 60 * 1000)
/* A message that has begun. */
#define STALL_S 20

void
neg_video_info_write (const NegVideoInfo *info, GByteArray *array)
{
  neg_write_u32 (array, info->verdict);
  neg_write_u32 (array, info->duration_ms);
  neg_write_u32 (array, info->width);
  neg_write_u32 (array, info->height);
  neg_write_u32 (array, info->n_frames);
  neg_write_u8 (array, info->has_sound ? 1 : 0);
}

gboolean
neg_video_info_read (NegVideoInfo *info, NegReader *reader, GError **error)
{
  guint8 has_sound;

  info->verdict = neg_reader_u32 (reader);
  info->duration_ms = neg_reader_u32 (reader);
  info->width = neg_reader_u32 (reader);
  info->height = neg_reader_u32 (reader);
  info->n_frames = neg_reader_u32 (reader);
  has_sound = neg_reader_u8 (reader);
  info->has_sound = has_sound == 1;
  if (!neg_reader_finished (reader) || info->verdict >= NEG_VIDEO_N_VERDICTS || has_sound > 1
      || (info->verdict == NEG_VIDEO_GOOD
          && (info->width == 0 || info->height == 0 || info->width > NEG_VIDEO_WIDTH_MAX
              || info->height > NEG_VIDEO_HEIGHT_MAX || info->n_frames == 0
              || info->duration_ms > NEG_VIDEO_DURATION_MAX_MS)))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an answer about a video that is none");
  return TRUE;
}

/* --- words --- */

static const char *
get_words (NegVideoVerdict verdict)
{
  switch (verdict) {
  case NEG_VIDEO_NO_WEBM:
    return _ ("This is no WebM file.");
  case NEG_VIDEO_DAMAGED:
    return _ ("The video is damaged.");
  case NEG_VIDEO_CUT:
    return _ ("The video ends before its end.");
  case NEG_VIDEO_TOO_LARGE:
    return _ ("The video is too large: at most 4096 × 2304 and 256 MiB are shown.");
  case NEG_VIDEO_TOO_LONG:
    return _ ("The video is longer than 20 minutes.");
  case NEG_VIDEO_OTHER_CODEC:
    return _ ("The video is of a kind that is not shown: VP8 or VP9 with Vorbis or Opus is.");
  case NEG_VIDEO_OTHER_TRACKS:
    return _ ("The video has other tracks than one picture and one sound.");
  case NEG_VIDEO_NO_PICTURE:
    return _ ("There is no picture in the video.");
  case NEG_VIDEO_NO_DECODER:
    return _ ("The video cannot be checked here: GStreamer or its Good Plugins are not installed.");
  default:
    return "";
  }
}

static gboolean
fail_verdict (NegVideoVerdict verdict, GError **error)
{
  return neg_fail (error, verdict == NEG_VIDEO_NO_DECODER ? NEG_ERROR_UNSUPPORTED : NEG_ERROR_REFUSED, NULL, "%s",
                   get_words (verdict));
}

/* --- the engine --- */

typedef struct {
  int socket;
  pid_t pid;
} Engine;

static gboolean
start (Engine *engine, GError **error)
{
  g_autofree char *program = neg_paths_find_program ("negatoscope-engine", "NEGATOSCOPE_ENGINE", error);
  g_auto (GStrv) environment = _neg_engine_make_environment ();
  const struct timeval limit = { .tv_sec = STALL_S };
  int pair[2];

  if (program == NULL)
    return FALSE;
  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "cannot be started: %s", g_strerror (errno));
  engine->pid = _neg_engine_spawn (program, environment, "--video", pair[1], error);
  close (pair[1]);
  engine->socket = pair[0];
  if (engine->pid > 0) {
    setsockopt (engine->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return TRUE;
  }
  close (engine->socket);
  return FALSE;
}

static void
end (Engine *engine)
{
  close (engine->socket);
  kill (engine->pid, SIGKILL);
  while (waitpid (engine->pid, NULL, 0) < 0 && errno == EINTR)
    ;
}

/* Something can be read, or the other end has gone. */
static gboolean
wait_for (Engine *engine, int limit_ms, GCancellable *cancellable, GError **error)
{
  gint64 deadline_us = g_get_monotonic_time () + limit_ms * G_GINT64_CONSTANT (1000);
  GPollFD wake = { .fd = -1 };
  gboolean has_wake = cancellable != NULL && g_cancellable_make_pollfd (cancellable, &wake);
  int n = 0;

  while (n == 0 && g_get_monotonic_time () < deadline_us && !g_cancellable_is_cancelled (cancellable)) {
    struct pollfd fds[2] = { { .fd = engine->socket, .events = POLLIN }, { .fd = wake.fd, .events = POLLIN } };

    n = poll (fds, has_wake ? 2 : 1, (int) CLAMP ((deadline_us - g_get_monotonic_time ()) / 1000 + 1, 0, 1000));
    n = n < 0 && errno == EINTR ? 0 : n < 0 ? n : (fds[0].revents != 0 ? 1 : 0);
  }
  if (has_wake)
    g_cancellable_release_fd (cancellable);
  if (g_cancellable_is_cancelled (cancellable))
    return neg_fail (error, NEG_ERROR_CANCELLED, NULL, "cancelled");
  if (n == 0)
    return neg_fail (error, NEG_ERROR_TIMEOUT, NULL, "%s", _ ("The video takes too long to play through."));
  return TRUE;
}

static gboolean
receive (Engine *engine, NegMessageType type, GByteArray *body, GError **error)
{
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GError) failure = NULL;
  NegMessageHeader header;

  if (!neg_message_receive (engine->socket, &header, body, fds, &failure))
    return neg_fail (error, NEG_ERROR_ENGINE_DIED, NULL, "%s", _ ("The program that plays the video through has failed at it."));
  for (guint i = 0; i < fds->len; i++)
    close (g_array_index (fds, int, i));
  if (header.type != type || fds->len > 0)
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "a message that was not asked for");
  return TRUE;
}

static gboolean
ask (Engine *engine, int fd, GCancellable *cancellable, NegVideoInfo *info, GError **error)
{
  const NegMessageHeader request = { .type = NEG_MESSAGE_VET, .n_fds = 1, .request_id = 1 };
  g_autoptr (GByteArray) ready = g_byte_array_new (), answer = g_byte_array_new ();
  NegReader reader;

  if (!wait_for (engine, START_MS, cancellable, error) || !receive (engine, NEG_MESSAGE_READY, ready, error))
    return FALSE;
  neg_reader_init (&reader, ready->data, ready->len);
  if (neg_reader_u32 (&reader) != NEG_PROTOCOL_VERSION || !neg_reader_finished (&reader))
    return neg_fail (error, NEG_ERROR_PROTOCOL, NULL, "an engine of another version");
  if (!neg_message_send (engine->socket, &request, NULL, &fd, error) || !wait_for (engine, PLAY_MS, cancellable, error)
      || !receive (engine, NEG_MESSAGE_ITEM, answer, error))
    return FALSE;
  neg_reader_init (&reader, answer->data, answer->len);
  return neg_video_info_read (info, &reader, error);
}

/* A descriptor of its own that cannot be written to. */
static int
reopen (int fd, GError **error)
{
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);
  struct stat status;
  int copy = -1;

  if (fstat (fd, &status) == 0 && S_ISREG (status.st_mode))
    copy = open (path, O_RDONLY | O_CLOEXEC);
  if (copy < 0)
    neg_fail (error, NEG_ERROR_UNREADABLE, NULL, "%s", _ ("The video cannot be read."));
  else if ((guint64) status.st_size > NEG_VIDEO_BYTES_MAX)
    fail_verdict (NEG_VIDEO_TOO_LARGE, error);
  else
    return copy;
  if (copy >= 0)
    close (copy);
  return -1;
}

gboolean
neg_vet_video (int fd, GCancellable *cancellable, NegVideoInfo *info, GError **error)
{
  int copy = reopen (fd, error);
  NegVideoInfo found = { 0 };
  gboolean answered;
  Engine engine = { -1, 0 };

  if (copy < 0)
    return FALSE;
  answered = start (&engine, error);
  if (answered) {
    answered = ask (&engine, copy, cancellable, &found, error);
    end (&engine);
  }
  close (copy);
  if (answered && found.verdict != NEG_VIDEO_GOOD)
    return fail_verdict (found.verdict, error);
  if (answered && info != NULL)
    *info = found;
  return answered;
}
