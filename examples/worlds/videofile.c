/* examples/worlds/videofile.c - see videofile.h. */
#include "videofile.h"

#include <string.h>

#include "must.h"

#ifdef HAVE_FFMPEG
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libswscale/swscale.h>
#endif

enum {
    LARGEST_SIDE = 16384,         /* of a frame */
    FRUITLESS = 256 * 1024 * 1024 /* bytes that may be read without a frame */
};

struct videofile_t {
    char name[1024];
    size_t width, height, expected, frames;
    FILE *raw;
#ifdef HAVE_FFMPEG
    AVFormatContext *file;
    AVCodecContext *decoder;
    AVPacket *packet;
    AVFrame *frame;
    struct SwsContext *scaler;
    int stream;
    bool draining;
    size_t packets, fruitless; /* of this stream; bytes since the last frame */
#endif
};

bool (*videofile_stop)(void);

size_t videofile_width(const videofile_t *v) { return v->width; }
size_t videofile_height(const videofile_t *v) { return v->height; }
size_t videofile_expected(const videofile_t *v) { return v->expected; }

static videofile_t *make(const char *name) {
    videofile_t *v = must_alloc(1, sizeof *v);
    snprintf(v->name, sizeof v->name, "%s", name);
    return v;
}

videofile_t *videofile_raw(FILE *from, const char *name, size_t width, size_t height, char *why, size_t size) {
    if (width < 1 || height < 1 || width > LARGEST_SIDE || height > LARGEST_SIDE) {
        snprintf(why, size, "%s: frames of %zu x %zu pixels, need 1 .. %d", name, width, height, LARGEST_SIDE);
        return NULL;
    }
    videofile_t *v = make(name);
    v->raw = from, v->width = width, v->height = height;
    return v;
}

static int next_raw(videofile_t *v, uint8_t *grey, char *why, size_t size) {
    const size_t pixels = v->width * v->height, got = fread(grey, 1, pixels, v->raw);
    if (got == pixels) {
        v->frames++;
        return 1;
    }
    if (ferror(v->raw)) {
        snprintf(why, size, "%s: cannot be read", v->name);
        return -1;
    }
    if (got > 0) {
        snprintf(why, size,
                 "%s: ends in the middle of frame %zu, after %zu of its %zu bytes (is each frame %zu x %zu pixels of "
                 "one byte?)",
                 v->name, v->frames + 1, got, pixels, v->width, v->height);
        return -1;
    }
    if (v->frames == 0) snprintf(why, size, "%s: holds no frame", v->name);
    return v->frames == 0 ? -1 : 0;
}

#ifdef HAVE_FFMPEG

static int interrupted(void *unused) {
    (void)unused;
    return videofile_stop != NULL && videofile_stop();
}

/* -1 and a sentence: what, and FFmpeg's own words. */
static int fail(const videofile_t *v, const char *what, int code, char *why, size_t size) {
    char words[AV_ERROR_MAX_STRING_SIZE] = "";
    if (code < 0) av_strerror(code, words, sizeof words);
    snprintf(why, size, "%s: %s%s%s%s", v->name, what, code < 0 ? " (" : "", words, code < 0 ? ")" : "");
    return -1;
}

static int damaged(const videofile_t *v, int code, char *why, size_t size) {
    char what[80];
    snprintf(what, sizeof what, "is damaged at frame %zu", v->frames + 1);
    return fail(v, what, code, why, size);
}

bool videofile_can(void) { return true; }

void videofile_close(videofile_t *v) {
    if (v == NULL) return;
    sws_freeContext(v->scaler);
    av_frame_free(&v->frame);
    av_packet_free(&v->packet);
    avcodec_free_context(&v->decoder);
    avformat_close_input(&v->file);
    free(v);
}

static int open_file(videofile_t *v, const char *path, size_t width, char *why, size_t size) {
    static const char scheme[] = "file:"; /* a name such as http: or concat: is still a file's */
    char url[1040];
    AVDictionary *only = NULL;
    const AVCodec *codec = NULL;
    snprintf(url, sizeof url, "%s%s", scheme, path);
    av_log_set_level(AV_LOG_QUIET); /* the sentences are ours */
    v->file = avformat_alloc_context();
    v->packet = av_packet_alloc();
    v->frame = av_frame_alloc();
    if (v->file == NULL || v->packet == NULL || v->frame == NULL) return fail(v, "no memory to read it", 0, why, size);
    v->file->interrupt_callback.callback = interrupted;
    av_dict_set(&only, "protocol_whitelist", "file", 0);
    int code = avformat_open_input(&v->file, url, NULL, &only);
    av_dict_free(&only);
    if (code < 0) return fail(v, "cannot be opened as a video or picture", code, why, size);
    code = avformat_find_stream_info(v->file, NULL);
    if (code < 0) return fail(v, "does not say what it holds", code, why, size);
    v->stream = av_find_best_stream(v->file, AVMEDIA_TYPE_VIDEO, -1, -1, &codec, 0);
    if (v->stream < 0) return fail(v, "holds no pictures that can be decoded", v->stream, why, size);
    AVStream *s = v->file->streams[v->stream];
    v->decoder = avcodec_alloc_context3(codec);
    if (v->decoder == NULL || avcodec_parameters_to_context(v->decoder, s->codecpar) < 0)
        return fail(v, "no memory to decode it", 0, why, size);
    v->decoder->thread_count = 1;
    v->decoder->err_recognition = AV_EF_CRCCHECK | AV_EF_BITSTREAM | AV_EF_BUFFER | AV_EF_EXPLODE;
    code = avcodec_open2(v->decoder, codec, NULL);
    if (code < 0) return fail(v, "cannot be decoded", code, why, size);
    const size_t w = (size_t)v->decoder->width, h = (size_t)v->decoder->height;
    if (v->decoder->width < 1 || v->decoder->height < 1 || w > LARGEST_SIDE || h > LARGEST_SIDE) {
        char what[100];
        snprintf(what, sizeof what, "has frames of %d x %d pixels, need 1 .. %d", v->decoder->width, v->decoder->height,
                 LARGEST_SIDE);
        return fail(v, what, 0, why, size);
    }
    v->width = width > 0 && w > width ? width : w;
    v->height = (h * v->width + w / 2) / w;
    if (v->height < 1) v->height = 1;
    v->expected = s->nb_frames > 0 ? (size_t)s->nb_frames : 0;
    return 0;
}

videofile_t *videofile_open(const char *path, size_t width, char *why, size_t size) {
    videofile_t *v = make(path);
    if (strlen(path) >= sizeof v->name)
        snprintf(why, size, "the name of the video is too long");
    else if (open_file(v, path, width, why, size) == 0)
        return v;
    videofile_close(v);
    return NULL;
}

/* The decoded frame, scaled, as grey. */
static int take(videofile_t *v, uint8_t *grey, char *why, size_t size) {
    AVFrame *f = v->frame;
    uint8_t *to[4] = {grey};
    const int stride[4] = {(int)v->width};
    if (f->decode_error_flags != 0 || (f->flags & AV_FRAME_FLAG_CORRUPT)) return damaged(v, 0, why, size);
    v->scaler = sws_getCachedContext(v->scaler, f->width, f->height, (enum AVPixelFormat)f->format, (int)v->width,
                                     (int)v->height, AV_PIX_FMT_GRAY8, SWS_AREA | SWS_BITEXACT | SWS_ACCURATE_RND, NULL,
                                     NULL, NULL);
    if (v->scaler == NULL ||
        sws_scale(v->scaler, (const uint8_t *const *)f->data, f->linesize, 0, f->height, to, stride) <= 0)
        return fail(v, "its pictures cannot be made grey", 0, why, size);
    av_frame_unref(f);
    v->frames++;
    v->fruitless = 0;
    return 1;
}

/* Hand the decoder a packet, or the news that there are no more. */
static int feed(videofile_t *v, char *why, size_t size) {
    for (;;) {
        int code = av_read_frame(v->file, v->packet);
        if (interrupted(NULL)) return fail(v, "reading was interrupted", 0, why, size);
        if (code == AVERROR_EOF) {
            if (v->file->pb != NULL && v->file->pb->error < 0)
                return fail(v, "cannot be read to its end", v->file->pb->error, why, size);
            if (v->packets < v->expected) {
                char what[100];
                snprintf(what, sizeof what, "is cut short: it holds %zu of %zu frames", v->packets, v->expected);
                return fail(v, what, 0, why, size);
            }
            v->draining = true;
            return avcodec_send_packet(v->decoder, NULL) < 0 ? damaged(v, 0, why, size) : 1;
        }
        if (code < 0) return damaged(v, code, why, size);
        const bool ours = v->packet->stream_index == v->stream, corrupt = (v->packet->flags & AV_PKT_FLAG_CORRUPT) != 0;
        v->fruitless += (size_t)v->packet->size;
        if (ours) v->packets++, code = avcodec_send_packet(v->decoder, v->packet);
        av_packet_unref(v->packet);
        if (ours && (corrupt || code < 0)) return damaged(v, code, why, size);
        if (v->fruitless > FRUITLESS) return fail(v, "goes on and on without another picture", 0, why, size);
        if (ours) return 1;
    }
}

int videofile_next(videofile_t *v, uint8_t *grey, char *why, size_t size) {
    if (v->raw != NULL) return next_raw(v, grey, why, size);
    for (;;) {
        const int code = avcodec_receive_frame(v->decoder, v->frame);
        if (code == 0) return take(v, grey, why, size);
        if (code == AVERROR_EOF) return v->frames > 0 ? 0 : fail(v, "holds no picture", 0, why, size);
        if (code != AVERROR(EAGAIN) || v->draining) return damaged(v, code, why, size);
        if (feed(v, why, size) < 0) return -1;
    }
}

#else

bool videofile_can(void) { return false; }

void videofile_close(videofile_t *v) { free(v); }

videofile_t *videofile_open(const char *path, size_t width, char *why, size_t size) {
    (void)width;
    snprintf(why, size,
             "%s: this program was built without FFmpeg's libraries (libavformat-dev libavcodec-dev libswscale-dev); "
             "let ffmpeg decode it and read raw frames: ffmpeg -i %s -vf scale=320:240,format=gray -f rawvideo - | "
             "movies --raw 320x240",
             path, path);
    return NULL;
}

int videofile_next(videofile_t *v, uint8_t *grey, char *why, size_t size) { return next_raw(v, grey, why, size); }

#endif
