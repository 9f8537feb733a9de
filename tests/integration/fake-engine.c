/* An engine that behaves as its name says: fake-engine.MODE. The bad item is a scanned object that begins with X, or
 * frame 13; everything else is answered as a good engine would. */
#include "config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sys/socket.h>

#include "wire/neg-message-private.h"
#include "wire/neg-modify.h"

#define SOCKET_FD 3
#define BAD_FRAME 13

static const char *mode;

static gboolean
mode_is (const char *name)
{
  return strcmp (mode, name) == 0;
}

static void
send_message (NegMessageType type, guint64 id, GByteArray *body)
{
  const NegMessageHeader header = { body ? body->len : 0, type, 0, id };

  if (!neg_message_send (SOCKET_FD, &header, body ? body->data : NULL, NULL, NULL))
    _exit (0);
}

/* A sound answer with something on its last byte that its header does not tell of. */
static void
smuggle (guint64 id, const GByteArray *body)
{
  const NegMessageHeader header = { body->len, NEG_MESSAGE_ITEM, 0, id };
  guint8 bytes[NEG_MESSAGE_HEADER_BYTES];
  const int fd = SOCKET_FD;

  neg_message_header_write (&header, bytes);
  if (_neg_message_send_part (SOCKET_FD, bytes, sizeof bytes, NULL, 0) != sizeof bytes
      || _neg_message_send_part (SOCKET_FD, body->data, body->len, &fd, 1) != body->len)
    _exit (0);
}

static void
send_raw (const void *bytes, gsize length)
{
  if (write (SOCKET_FD, bytes, length) < 0)
    _exit (0);
}

static void
hang (void)
{
  for (;;)
    pause ();
}

static void
burn (void)
{
  for (volatile guint64 i = 0;; i++)
    ;
}

static void
answer_scan (guint64 id, guint32 index, gboolean smuggles)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (NegInstance) instance = neg_instance_new ();
  const NegScanResult result = { .kind = NEG_SCAN_INSTANCE, .instance = instance };

  instance->n_frame_infos = 1;
  instance->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (&instance->frame_infos[0]);
  neg_write_u32 (body, index);
  neg_write_u8 (body, 1);
  neg_scan_result_write (&result, body);
  if (smuggles)
    smuggle (id, body);
  else
    send_message (NEG_MESSAGE_ITEM, id, body);
}

/* Frames of 8 x 8 bytes, all of the frame's number. */
static void
answer_decode (guint64 id, guint32 index, guint32 columns)
{
  const NegFrameFormat format = { 8, columns, 1, 8, NEG_SAMPLE_U8, NEG_COLOR_MONOCHROME2 };
  g_autoptr (GByteArray) body = g_byte_array_new ();

  neg_write_u32 (body, index);
  neg_write_u8 (body, 1);
  neg_frame_format_write (&format, body);
  send_message (NEG_MESSAGE_ITEM, id, body);
}

static void
misbehave_in_words (guint64 id, guint32 index)
{
  static const guint8 noise[4096] = { 0x17, 0x99, 0xfe, 0xca, 0x42 };
  const NegMessageHeader huge = { G_MAXUINT32, NEG_MESSAGE_ITEM, 0, id };
  const NegMessageHeader large = { NEG_MESSAGE_BODY_MAX, NEG_MESSAGE_ITEM, 0, id };
  const NegMessageHeader request = { 0, NEG_MESSAGE_CANCEL, 0, id };
  guint8 header[NEG_MESSAGE_HEADER_BYTES];

  if (mode_is ("nonsense"))
    send_raw (noise, sizeof noise);
  else if (mode_is ("wrong-id"))
    answer_scan (id + 1000, index, FALSE);
  else if (mode_is ("wrong-index"))
    answer_scan (id, index + 1000, FALSE);
  else if (mode_is ("early-done"))
    send_message (NEG_MESSAGE_DONE, id, NULL);
  else if (mode_is ("another-ready"))
    send_message (NEG_MESSAGE_READY, 0, NULL);
  else if (mode_is ("wrong-format"))
    answer_decode (id, index, 9);
  else if (mode_is ("wrong-kind"))
    answer_decode (id, index, 8);
  else if (mode_is ("huge") || mode_is ("large") || mode_is ("request")) {
    neg_message_header_write (mode_is ("huge") ? &huge : mode_is ("large") ? &large : &request, header);
    send_raw (header, sizeof header);
  } else if (mode_is ("partial")) {
    neg_message_header_write (&large, header);
    send_raw (header, 11);
    hang ();
  }
}

static void
send_descriptor (void)
{
  const NegMessageHeader header = { 0, NEG_MESSAGE_DONE, 1, 1 };
  int fd = SOCKET_FD;

  neg_message_send (SOCKET_FD, &header, NULL, &fd, NULL);
}

static void
misbehave (guint64 id, guint32 index)
{
  if (mode_is ("dies"))
    abort ();
  if (mode_is ("exits"))
    _exit (3);
  if (mode_is ("hangs"))
    hang ();
  if (mode_is ("burns"))
    burn ();
  if (mode_is ("closes")) {
    shutdown (SOCKET_FD, SHUT_RDWR);
    hang ();
  }
  if (mode_is ("descriptor"))
    send_descriptor ();
  if (mode_is ("smuggles"))
    answer_scan (id, index, TRUE);
  if (mode_is ("twice")) {
    answer_scan (id, index, FALSE);
    answer_scan (id, index, FALSE);
  }
  misbehave_in_words (id, index);
}

static void
scan (guint64 id, NegReader *reader, const GArray *fds)
{
  guint32 n = neg_reader_u32 (reader);

  for (guint32 i = 0; i < n; i++) {
    guint64 offset = neg_reader_u64 (reader);
    char first = 0;

    neg_reader_u64 (reader);
    if (pread (g_array_index (fds, int, i), &first, 1, offset) == 1 && first == 'X')
      misbehave (id, i);
    if (mode_is ("slow"))
      g_usleep (2000);
    answer_scan (id, i, FALSE);
  }
}

static void
decode (guint64 id, NegReader *reader, const GArray *fds)
{
  guint32 n;

  neg_reader_bytes (reader, 25); /* the object and where it lies */
  n = neg_reader_u32 (reader);
  for (guint32 i = 0; i < n; i++) {
    guint32 frame = neg_reader_u32 (reader);
    guint64 slot = neg_reader_u64 (reader);
    guint64 bytes = neg_reader_u64 (reader);
    guint8 cells[64];

    if (frame == BAD_FRAME)
      misbehave (id, i);
    if (mode_is ("slow"))
      g_usleep (2000);
    memset (cells, frame, sizeof cells);
    if (bytes != sizeof cells || pwrite (g_array_index (fds, int, 1), cells, sizeof cells, slot) != sizeof cells)
      _exit (4);
    answer_decode (id, i, 8);
  }
}

/* The object twice, whatever is asked for; of the bad one a part. */
static void
modify (guint64 id, NegReader *reader, const GArray *fds)
{
  g_autoptr (NegModify) request = neg_modify_read (reader, NULL);
  const guint32 n = neg_reader_u32 (reader);

  for (guint32 i = 0; request != NULL && i < n; i++) {
    const guint64 offset = neg_reader_u64 (reader);
    const NegModified modified = { .bytes = mode_is ("other-length") ? 3 : 2, .is_changed = TRUE };
    g_autoptr (GByteArray) body = g_byte_array_new ();
    char bytes[2] = { 0 };

    neg_reader_u64 (reader);
    if (pread (g_array_index (fds, int, 2 * i), bytes, 1, offset) != 1)
      _exit (4);
    bytes[1] = bytes[0];
    if (pwrite (g_array_index (fds, int, 2 * i + 1), bytes, sizeof bytes, 0) != sizeof bytes)
      _exit (4);
    if (bytes[0] == 'X')
      misbehave (id, i);
    neg_write_u32 (body, i);
    neg_write_u8 (body, 1);
    neg_modified_write (&modified, body);
    send_message (NEG_MESSAGE_ITEM, id, body);
  }
}

/* The fake looks for a CANCEL only between messages, and then has nothing left to do. */
static void
serve (void)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GArray) fds = g_array_new (FALSE, FALSE, sizeof (int));
  NegMessageHeader header;

  while (neg_message_receive (SOCKET_FD, &header, body, fds, NULL)) {
    NegReader reader;

    neg_reader_init (&reader, body->data, body->len);
    if (header.type == NEG_MESSAGE_SCAN)
      scan (header.request_id, &reader, fds);
    else if (header.type == NEG_MESSAGE_DECODE)
      decode (header.request_id, &reader, fds);
    else if (header.type == NEG_MESSAGE_MODIFY)
      modify (header.request_id, &reader, fds);
    for (guint i = 0; i < fds->len; i++)
      close (g_array_index (fds, int, i));
    if (header.type != NEG_MESSAGE_CANCEL)
      send_message (NEG_MESSAGE_DONE, header.request_id, NULL);
  }
}

int
main (int argc, char **argv)
{
  g_autoptr (GByteArray) version = g_byte_array_new ();
  const char *dot = strrchr (argv[0], '.');

  mode = dot ? dot + 1 : "good";
  if (mode_is ("stillborn"))
    return 7;
  if (mode_is ("never-ready"))
    hang ();
  neg_write_u32 (version, mode_is ("old") ? NEG_PROTOCOL_VERSION + 1 : NEG_PROTOCOL_VERSION);
  send_message (NEG_MESSAGE_READY, 0, version);
  if (mode_is ("idle-death"))
    return 8;
  serve ();
  return 0;
}
