/* The engine program: parses and decodes what it is handed, in a cage, for the program at the other end of its
 * socket. It opens nothing, knows no name of a file, and ends when that program does. */
#include "config.h"

#include <fcntl.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "engine/neg-archive.h"
#include "engine/neg-codec.h"
#include "engine/neg-dataset.h"
#include "engine/neg-engine-video.h"
#include "engine/neg-engine.h"
#include "engine/neg-net.h"
#include "engine/neg-seal.h"
#include "wire/neg-message.h"

#define SOCKET_FD 3
#define NICE 5

/* Frames of one series are of one size: memory that was given back would be fetched again page by page. */
#define KEPT_BYTES (64 << 20)

static gboolean
has_socket (void)
{
  struct stat status;

  return fstat (SOCKET_FD, &status) == 0 && S_ISSOCK (status.st_mode)
         && fcntl (SOCKET_FD, F_SETFD, FD_CLOEXEC) == 0;
}

static gboolean
send_ready (GError **error)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  NegMessageHeader header = { .type = NEG_MESSAGE_READY };

  neg_write_u32 (body, NEG_PROTOCOL_VERSION);
  header.body_length = body->len;
  return neg_message_send (SOCKET_FD, &header, body->data, NULL, error);
}

/* Behind the window on the same processors: decoding ahead must not hold up the hand that scrolls. Failing costs only
 * that. */
static void
step_back (void)
{
  (void) !setpriority (PRIO_PROCESS, 0, NICE);
}

/* An engine that holds an association (neg-net.h): another cage, and nothing of decoding. */
static gboolean
run_network (GError **error)
{
  mallopt (M_ARENA_MAX, 1);
  return neg_dataset_preload (error) && neg_net_preload (error) && neg_seal_network (error) && send_ready (error)
         && neg_net_serve (SOCKET_FD, error);
}

/* An engine that plays one video through (neg-engine-video.h). */
static gboolean
run_video (GError **error)
{
  step_back ();
  mallopt (M_ARENA_MAX, 1);
  neg_engine_video_preload ();
  return neg_seal_video (error) && send_ready (error) && neg_engine_serve_video (SOCKET_FD, error);
}

static gboolean
run (GError **error)
{
  step_back ();
  mallopt (M_ARENA_MAX, 1);
  mallopt (M_MMAP_THRESHOLD, KEPT_BYTES / 2);
  mallopt (M_TRIM_THRESHOLD, KEPT_BYTES);
  return neg_archive_preload (error) && neg_dataset_preload (error) && neg_codec_preload (error) && neg_seal (error)
         && send_ready (error) && neg_engine_serve (SOCKET_FD, error);
}

/* It leaves by _exit(): what libraries do at exit is done in no cage of theirs, and there is nothing to save. */
int
main (int argc, char **argv)
{
  g_autoptr (GError) error = NULL;
  gboolean is_network = argc == 2 && strcmp (argv[1], "--network") == 0;
  gboolean is_video = argc == 2 && strcmp (argv[1], "--video") == 0;

  if ((argc != 1 && !is_network && !is_video) || !has_socket ()) {
    fprintf (stderr, "negatoscope-engine is started by negatoscope, which talks to it over descriptor 3.\n");
    return 2;
  }
  if (is_network ? run_network (&error) : is_video ? run_video (&error) : run (&error))
    _exit (0);
  dprintf (STDERR_FILENO, "negatoscope-engine: %s\n", error->message);
  _exit (1);
}
