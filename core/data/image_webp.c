/* WebP, through libwebp: lossy and lossless. Of an animation the first frame, on a black canvas. */
#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

#include "core/data/image_format.h"
#include "core/data/image_orientation.h"

static int webp_begins(const uint8_t *data, size_t n)
{
	return n >= 12 && !memcmp(data, "RIFF", 4) && !memcmp(data + 8, "WEBP", 4);
}

/* NULL if the file is not complete. */
static WebPDemuxer *open_whole(const uint8_t *data, size_t n)
{
	WebPData all = {data, n};
	WebPDemuxState state;
	WebPDemuxer *d = WebPDemuxPartial(&all, &state);

	if (d && state == WEBP_DEMUX_DONE && WebPDemuxGetI(d, WEBP_FF_FRAME_COUNT))
		return d;
	WebPDemuxDelete(d);
	return NULL;
}

static int orientation_of_chunk(const WebPDemuxer *d, const char *chunk,
				int (*orientation)(const uint8_t *data, size_t n))
{
	WebPChunkIterator it;
	int got = 0;

	if (WebPDemuxGetChunk(d, chunk, 1, &it))
		got = orientation(it.chunk.bytes, it.chunk.size);
	WebPDemuxReleaseChunkIterator(&it);
	return got;
}

static int webp_probe(const uint8_t *data, size_t n, struct image_info *info, struct error *err)
{
	WebPDemuxer *d = open_whole(data, n);

	if (!d)
		return error_set(err, ERR_FAILED,
				 "not a WebP that can be read: truncated or damaged");
	info->width = (int)WebPDemuxGetI(d, WEBP_FF_CANVAS_WIDTH);
	info->height = (int)WebPDemuxGetI(d, WEBP_FF_CANVAS_HEIGHT);
	info->orientation = orientation_of_chunk(d, "EXIF", orientation_of_exif);
	if (!info->orientation)
		info->orientation = orientation_of_chunk(d, "XMP ", orientation_of_xmp);
	WebPDemuxDelete(d);
	return 0;
}

static int decode_frame(const WebPIterator *frame, const struct image_info *info, uint8_t *rgb)
{
	size_t stride = (size_t)info->width * 3;
	int x = frame->x_offset, y = frame->y_offset;
	size_t at = (size_t)y * stride + (size_t)x * 3, all = stride * (size_t)info->height;

	if (x < 0 || y < 0 || frame->width > info->width - x || frame->height > info->height - y)
		return -1;
	if (frame->width < info->width || frame->height < info->height)
		memset(rgb, 0, all);
	return WebPDecodeRGBInto(frame->fragment.bytes, frame->fragment.size, rgb + at, all - at,
				 (int)stride)
		   ? 0
		   : -1;
}

static int webp_decode(const uint8_t *data, size_t n, const struct image_info *info, uint8_t *rgb,
		       struct image_found *found, struct error *err)
{
	WebPDemuxer *d = open_whole(data, n);
	WebPIterator frame;
	int ret = -1;

	if (d && WebPDemuxGetFrame(d, 1, &frame)) {
		ret = decode_frame(&frame, info, rgb);
		found->several = frame.num_frames > 1;
		WebPDemuxReleaseIterator(&frame);
	}
	WebPDemuxDelete(d);
	return ret ? error_set(err, ERR_FAILED, "does not decode: damaged image data") : 0;
}

const struct image_format image_webp = {
    .name = "WebP",
    .extensions = ".webp",
    .certain = 1,
    .begins = webp_begins,
    .probe = webp_probe,
    .decode = webp_decode,
};
