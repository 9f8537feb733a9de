/* The codec of the messages: what was sent arrives, and nothing else is ever taken for a message. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/neg-error.h"
#include "fill-instance.h"
#include "model/neg-instance-fields.h"
#include "wire/neg-engine-pool.h"
#include "wire/neg-message.h"

static void
assert_same_fields (const NegField *fields, guint n_fields, gconstpointer a, gconstpointer b)
{
  static const gsize bytes[] = {
    [NEG_FIELD_UINT] = 4, [NEG_FIELD_BOOLEAN] = sizeof (gboolean), [NEG_FIELD_DOUBLE] = 8,
    [NEG_FIELD_USHORT] = 2, [NEG_FIELD_FINITE] = 8,
  };

  for (guint i = 0; i < n_fields; i++)
    if (fields[i].type == NEG_FIELD_STRING)
      g_assert_cmpstr (G_STRUCT_MEMBER (char *, a, fields[i].offset), ==,
                       G_STRUCT_MEMBER (char *, b, fields[i].offset));
    else
      g_assert_cmpmem (G_STRUCT_MEMBER_P (a, fields[i].offset), bytes[fields[i].type] * fields[i].n,
                       G_STRUCT_MEMBER_P (b, fields[i].offset), bytes[fields[i].type] * fields[i].n);
}

static void
assert_same_lut (const NegLut *a, const NegLut *b)
{
  g_assert_cmpint (a->first_mapped, ==, b->first_mapped);
  g_assert_cmpuint (a->bits, ==, b->bits);
  g_assert_cmpstr (a->explanation, ==, b->explanation);
  g_assert_cmpmem (a->entries, a->n_entries * 2, b->entries, b->n_entries * 2);
}

static void
assert_same_instance (const NegInstance *a, const NegInstance *b)
{
  assert_same_fields (neg_instance_fields, neg_instance_n_fields, a, b);
  assert_same_lut (&a->modality_lut, &b->modality_lut);
  for (guint i = 0; i < 3; i++)
    assert_same_lut (&a->palette[i], &b->palette[i]);
  g_assert_cmpuint (a->n_voi_luts, ==, b->n_voi_luts);
  for (guint i = 0; i < a->n_voi_luts; i++)
    assert_same_lut (&a->voi_luts[i], &b->voi_luts[i]);
  g_assert_cmpuint (a->n_windows, ==, b->n_windows);
  for (guint i = 0; i < a->n_windows; i++) {
    g_assert_cmpfloat (a->windows[i].center, ==, b->windows[i].center);
    g_assert_cmpfloat (a->windows[i].width, ==, b->windows[i].width);
    g_assert_cmpstr (a->windows[i].explanation, ==, b->windows[i].explanation);
  }
  g_assert_cmpmem (a->frame_times_ms, a->n_frame_times * 8, b->frame_times_ms, b->n_frame_times * 8);
  g_assert_cmpuint (a->n_frame_infos, ==, b->n_frame_infos);
  for (guint i = 0; i < a->n_frame_infos; i++)
    assert_same_fields (neg_frame_info_fields, neg_frame_info_n_fields, &a->frame_infos[i], &b->frame_infos[i]);
  g_assert_cmpstrv (a->predecessors, b->predecessors);
  g_assert_cmpstrv (a->warnings, b->warnings);
}

/* Every member of the struct must be in a table or among the arrays: a field that is forgotten stays behind. */
static void
test_every_byte_is_sent (void)
{
  g_autofree guint8 *covered = g_new0 (guint8, sizeof (NegInstance));
  static const gsize bytes[] = { sizeof (char *), 4, sizeof (gboolean), 8, 2, 8 };
  static const struct {
    gsize start, end;
  } arrays[] = {
    { G_STRUCT_OFFSET (NegInstance, modality_lut), G_STRUCT_OFFSET (NegInstance, modality_lut_type) },
    { G_STRUCT_OFFSET (NegInstance, palette), G_STRUCT_OFFSET (NegInstance, presentation_lut_shape) },
    { G_STRUCT_OFFSET (NegInstance, n_frame_times), sizeof (NegInstance) },
  };
  guint missing = 0;

  for (guint i = 0; i < neg_instance_n_fields; i++)
    memset (covered + neg_instance_fields[i].offset, 1, bytes[neg_instance_fields[i].type] * neg_instance_fields[i].n);
  for (guint i = 0; i < G_N_ELEMENTS (arrays); i++)
    memset (covered + arrays[i].start, 1, arrays[i].end - arrays[i].start);
  /* What is left is the padding that aligns pointers and doubles: never four bytes that a member could fill twice. */
  for (gsize i = 0; i < sizeof (NegInstance); i++) {
    missing = covered[i] ? 0 : missing + 1;
    g_assert_cmpuint (missing, <=, 4);
  }
}

static void
test_instance_round_trip (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (NegInstance) received = NULL;
  g_autoptr (GError) error = NULL;
  NegReader reader;

  neg_instance_write (sent, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  received = neg_instance_read (&reader, &error);
  g_assert_no_error (error);
  g_assert_true (neg_reader_finished (&reader));
  assert_same_instance (sent, received);
}

static void
test_empty_instance_round_trip (void)
{
  g_autoptr (NegInstance) sent = neg_instance_new ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (NegInstance) received = NULL;
  g_autoptr (GError) error = NULL;
  NegReader reader;

  sent->n_frame_infos = 1;
  sent->frame_infos = g_new0 (NegFrameInfo, 1);
  neg_frame_info_init (&sent->frame_infos[0]);
  neg_instance_write (sent, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  received = neg_instance_read (&reader, &error);
  g_assert_no_error (error);
  g_assert_null (received->patient_name);
  g_assert_true (isnan (received->b_value));
  g_assert_null (received->warnings);
}

static void
test_every_truncation_fails (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();

  neg_instance_write (sent, bytes);
  for (guint length = 0; length < bytes->len; length++) {
    g_autofree guint8 *part = g_memdup2 (bytes->data, length); /* its own block: a sanitizer sees one byte too many */
    g_autoptr (GError) error = NULL;
    NegReader reader;

    neg_reader_init (&reader, part, length);
    g_assert_null (neg_instance_read (&reader, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
    g_assert_false (neg_reader_finished (&reader));
  }
}

typedef struct {
  const char *name;
  void (*spoil) (NegInstance *instance);
} BadInstance;

static void spoil_kind (NegInstance *instance) { instance->kind = NEG_OBJECT_N_KINDS; }
static void spoil_voi (NegInstance *instance) { instance->frame_infos[1].voi_function = 3; }
static void spoil_window (NegInstance *instance) { instance->frame_infos[2].first_window = 2; }
static void spoil_wrap (NegInstance *instance) { instance->frame_infos[2].first_window = G_MAXUINT32; }
static void spoil_position (NegInstance *instance) { instance->frame_infos[0].position_mm[1] = NAN; }
static void spoil_slope (NegInstance *instance) { instance->frame_infos[0].rescale_slope = NAN; }
static void spoil_infinite (NegInstance *instance) { instance->echo_time_ms = INFINITY; }
static void spoil_center (NegInstance *instance) { instance->windows[0].center = NAN; }
static void spoil_frames (NegInstance *instance) { instance->frames = 2; }
static void spoil_bits (NegInstance *instance) { instance->bits_stored = 65; }
static void spoil_lut_bits (NegInstance *instance) { instance->palette[1].bits = 17; }
static void spoil_lut_entry (NegInstance *instance) { instance->palette[1].entries[3] = 4096; }
static void spoil_padding (NegInstance *instance) { instance->padding_value = NAN; }

static void
test_out_of_range_is_refused (void)
{
  static const BadInstance cases[] = {
    { "kind", spoil_kind },         { "VOI function", spoil_voi },   { "window index", spoil_window },
    { "wrapping index", spoil_wrap }, { "position", spoil_position }, { "slope", spoil_slope },
    { "infinity", spoil_infinite }, { "center", spoil_center },      { "frames", spoil_frames },
    { "bits", spoil_bits },         { "LUT bits", spoil_lut_bits },  { "LUT entry", spoil_lut_entry },
    { "padding", spoil_padding },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (NegInstance) sent = fill_instance ();
    g_autoptr (NegInstance) received = NULL;
    g_autoptr (GByteArray) bytes = g_byte_array_new ();
    NegReader reader;

    cases[i].spoil (sent);
    neg_instance_write (sent, bytes);
    neg_reader_init (&reader, bytes->data, bytes->len);
    received = neg_instance_read (&reader, NULL);
    if (received != NULL)
      g_error ("an instance with a wrong %s was taken", cases[i].name);
  }
}

static void
test_random_changes_do_no_harm (void)
{
  g_autoptr (NegInstance) sent = fill_instance ();
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  GRand *random = g_rand_new_with_seed (1);
  guint taken = 0;

  neg_instance_write (sent, bytes);
  for (guint round = 0; round < 20000; round++) {
    g_autofree guint8 *changed = g_memdup2 (bytes->data, bytes->len);
    g_autoptr (NegInstance) received = NULL;
    NegReader reader;

    for (guint i = g_rand_int_range (random, 1, 6); i > 0; i--)
      changed[g_rand_int_range (random, 0, bytes->len)] = g_rand_int (random);
    neg_reader_init (&reader, changed, bytes->len);
    received = neg_instance_read (&reader, NULL);
    taken += received != NULL;
  }
  g_test_message ("%u of 20000 changed instances were still instances", taken);
  g_assert_cmpuint (taken, <, 20000);
  g_rand_free (random);
}

static void
test_random_bytes_are_refused (void)
{
  GRand *random = g_rand_new_with_seed (2);

  for (guint round = 0; round < 20000; round++) {
    guint8 bytes[512];
    gsize length = g_rand_int_range (random, 0, sizeof bytes);
    g_auto (NegScanResult) result = { 0 };
    NegReader reader;

    for (gsize i = 0; i < length; i++)
      bytes[i] = g_rand_int (random) >> (round % 3 == 0 ? 24 : 0);
    if (length > 0)
      bytes[0] %= 4;
    neg_reader_init (&reader, bytes, length);
    if (neg_scan_result_read (&result, &reader, NULL))
      g_assert_true (result.kind == NEG_SCAN_DIRECTORY || result.kind == NEG_SCAN_ARCHIVE);
  }
  g_rand_free (random);
}

static void
test_scan_results_round_trip (void)
{
  NegArchiveEntry entries[] = { { (char *) "a/b", 70, TRUE }, { (char *) "a", 0, FALSE } };
  char *names[] = { (char *) "IMAGES/I1", (char *) "I2", NULL };
  const NegScanResult archive = { .kind = NEG_SCAN_ARCHIVE, .n_entries = 2, .entries = entries };
  const NegScanResult directory = { .kind = NEG_SCAN_DIRECTORY, .n_references = 2, .references = names };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_auto (NegScanResult) first = { 0 };
  g_auto (NegScanResult) second = { 0 };
  NegReader reader;

  neg_scan_result_write (&archive, bytes);
  neg_scan_result_write (&directory, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  g_assert_true (neg_scan_result_read (&first, &reader, NULL));
  g_assert_true (neg_scan_result_read (&second, &reader, NULL));
  g_assert_true (neg_reader_finished (&reader));
  g_assert_cmpuint (first.n_entries, ==, 2);
  g_assert_cmpstr (first.entries[0].name, ==, "a/b");
  g_assert_cmpuint (first.entries[0].bytes, ==, 70);
  g_assert_false (first.entries[1].is_file);
  g_assert_cmpstrv (second.references, names);
}

static void
test_error_round_trip (void)
{
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  g_autoptr (GError) sent = NULL;
  g_autoptr (GError) received = NULL;
  g_autoptr (GError) nonsense = NULL;
  NegReader reader;

  neg_fail (&sent, NEG_ERROR_NESTING, "(0040,A730)", "too deep \377 and on");
  neg_error_write (sent, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  received = neg_error_read (&reader);
  g_assert_true (neg_reader_finished (&reader));
  g_assert_error (received, NEG_ERROR, NEG_ERROR_NESTING);
  g_assert_cmpstr (neg_error_get_where (received), ==, "(0040,A730)");
  g_assert_true (g_str_has_prefix (received->message, "too deep "));

  neg_reader_init (&reader, "\377\377\377\377", 4);
  nonsense = neg_error_read (&reader);
  g_assert_error (nonsense, NEG_ERROR, NEG_ERROR_PROTOCOL);
  g_assert_false (neg_reader_finished (&reader));
}

static void
test_frame_format (void)
{
  const NegFrameFormat sent = { 512, 300, 3, 8, NEG_SAMPLE_U8, NEG_COLOR_RGB };
  g_autoptr (GByteArray) bytes = g_byte_array_new ();
  NegFrameFormat received;
  NegReader reader;

  neg_frame_format_write (&sent, bytes);
  neg_reader_init (&reader, bytes->data, bytes->len);
  g_assert_true (neg_frame_format_read (&received, &reader, NULL));
  g_assert_true (neg_reader_finished (&reader));
  g_assert_cmpmem (&sent, sizeof sent, &received, sizeof received);

  bytes->data[2] = bytes->data[6] = 0xff; /* 16 million rows and columns */
  neg_reader_init (&reader, bytes->data, bytes->len);
  g_assert_false (neg_frame_format_read (&received, &reader, NULL));
}

static void
test_header (void)
{
  const NegMessageHeader sent = { 0x01020304, NEG_MESSAGE_DECODE, 2, 0x1122334455667788 };
  guint8 bytes[NEG_MESSAGE_HEADER_BYTES];
  NegMessageHeader received;
  NegMessageHeader bad;

  neg_message_header_write (&sent, bytes);
  g_assert_true (neg_message_header_read (&received, bytes, NULL));
  g_assert_cmpuint (received.body_length, ==, sent.body_length);
  g_assert_cmpuint (received.type, ==, sent.type);
  g_assert_cmpuint (received.n_fds, ==, sent.n_fds);
  g_assert_cmpuint (received.request_id, ==, sent.request_id);

  for (guint i = 0; i < 3; i++) {
    g_autoptr (GError) error = NULL;

    bad = sent;
    if (i == 0)
      bad.body_length = NEG_MESSAGE_BODY_MAX + 1;
    else if (i == 1)
      bad.type = NEG_MESSAGE_CANCEL + 1;
    else
      bad.n_fds = NEG_SCAN_BATCH_MAX + 1;
    neg_message_header_write (&bad, bytes);
    g_assert_false (neg_message_header_read (&received, bytes, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
  }
}

static guint
count_descriptors (void)
{
  g_autoptr (GDir) folder = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (folder) != NULL)
    n++;
  return n;
}

static void
test_250_descriptors (void)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GArray) received = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GError) error = NULL;
  NegMessageHeader header = { 5, NEG_MESSAGE_SCAN, NEG_SCAN_BATCH_MAX, 7 };
  int sent[NEG_SCAN_BATCH_MAX];
  guint before = count_descriptors ();
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  for (guint i = 0; i < NEG_SCAN_BATCH_MAX; i++)
    sent[i] = pair[0];
  g_assert_true (neg_message_send (pair[0], &header, (const guint8 *) "hello", sent, &error));
  g_assert_no_error (error);
  g_assert_true (neg_message_receive (pair[1], &header, body, received, &error));
  g_assert_no_error (error);
  g_assert_cmpmem (body->data, body->len, "hello", 5);
  g_assert_cmpuint (received->len, ==, NEG_SCAN_BATCH_MAX);
  for (guint i = 0; i < received->len; i++) {
    g_assert_cmpint (fcntl (g_array_index (received, int, i), F_GETFD) & FD_CLOEXEC, ==, FD_CLOEXEC);
    close (g_array_index (received, int, i));
  }
  close (pair[0]);
  close (pair[1]);
  g_assert_cmpuint (count_descriptors (), ==, before);
}

/* More or fewer descriptors than announced: refused, and none is left open. */
static void
test_wrong_number_of_descriptors (void)
{
  for (guint announced = 0; announced < 4; announced += 3) {
    g_autoptr (GByteArray) body = g_byte_array_new ();
    g_autoptr (GArray) received = g_array_new (FALSE, FALSE, sizeof (int));
    g_autoptr (GError) error = NULL;
    NegMessageHeader header = { 0, NEG_MESSAGE_SCAN, announced, 7 };
    guint8 bytes[NEG_MESSAGE_HEADER_BYTES];
    guint before = count_descriptors ();
    int sent[2];
    int pair[2];
    union {
      struct cmsghdr header;
      char bytes[CMSG_SPACE (sizeof sent)];
    } control = { 0 };
    struct iovec vector = { bytes, sizeof bytes };
    struct msghdr message = {
      .msg_iov = &vector, .msg_iovlen = 1, .msg_control = control.bytes, .msg_controllen = sizeof control.bytes,
    };

    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
    neg_message_header_write (&header, bytes);
    control.header = (struct cmsghdr){ CMSG_LEN (sizeof sent), SOL_SOCKET, SCM_RIGHTS };
    sent[0] = sent[1] = pair[0];
    memcpy (CMSG_DATA (&control.header), sent, sizeof sent);
    g_assert_cmpint (sendmsg (pair[0], &message, 0), ==, sizeof bytes);
    g_assert_false (neg_message_receive (pair[1], &header, body, received, &error));
    g_assert_error (error, NEG_ERROR, NEG_ERROR_PROTOCOL);
    close (pair[0]);
    close (pair[1]);
    g_assert_cmpuint (count_descriptors (), ==, before);
  }
}

static void
test_end_of_stream (void)
{
  g_autoptr (GByteArray) body = g_byte_array_new ();
  g_autoptr (GArray) received = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GError) error = NULL;
  NegMessageHeader header = { 100000, NEG_MESSAGE_ITEM, 0, 7 };
  guint8 bytes[NEG_MESSAGE_HEADER_BYTES];
  int pair[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  neg_message_header_write (&header, bytes);
  g_assert_cmpint (write (pair[0], bytes, sizeof bytes), ==, sizeof bytes);
  close (pair[0]);
  g_assert_false (neg_message_receive (pair[1], &header, body, received, &error));
  g_assert_error (error, NEG_ERROR, NEG_ERROR_ABORTED);
  close (pair[1]);
}

static void
test_memory_file_is_sealed (void)
{
  g_autoptr (GError) error = NULL;
  int fd = neg_memory_file_new ("test", 5000, &error);

  g_assert_no_error (error);
  g_assert_cmpint (fcntl (fd, F_GET_SEALS), ==, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL);
  g_assert_cmpint (ftruncate (fd, 100), ==, -1);
  g_assert_cmpint (ftruncate (fd, 10000), ==, -1);
  g_assert_cmpint (pwrite (fd, "x", 1, 4999), ==, 1);
  g_assert_cmpint (pwrite (fd, "x", 1, 5000), ==, -1);
  close (fd);
  g_assert_cmpint (neg_memory_file_new ("test", G_MAXUINT64, &error), ==, -1);
  g_assert_error (error, NEG_ERROR, NEG_ERROR_MEMORY);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/message/every-byte-is-sent", test_every_byte_is_sent);
  g_test_add_func ("/message/instance-round-trip", test_instance_round_trip);
  g_test_add_func ("/message/empty-instance-round-trip", test_empty_instance_round_trip);
  g_test_add_func ("/message/every-truncation-fails", test_every_truncation_fails);
  g_test_add_func ("/message/out-of-range-is-refused", test_out_of_range_is_refused);
  g_test_add_func ("/message/random-changes-do-no-harm", test_random_changes_do_no_harm);
  g_test_add_func ("/message/random-bytes-are-refused", test_random_bytes_are_refused);
  g_test_add_func ("/message/scan-results-round-trip", test_scan_results_round_trip);
  g_test_add_func ("/message/error-round-trip", test_error_round_trip);
  g_test_add_func ("/message/frame-format", test_frame_format);
  g_test_add_func ("/message/header", test_header);
  g_test_add_func ("/message/250-descriptors", test_250_descriptors);
  g_test_add_func ("/message/wrong-number-of-descriptors", test_wrong_number_of_descriptors);
  g_test_add_func ("/message/end-of-stream", test_end_of_stream);
  g_test_add_func ("/message/memory-file-is-sealed", test_memory_file_is_sealed);
  return g_test_run ();
}
