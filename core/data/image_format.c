/* What several formats of images need. */
#include "core/data/image_format.h"

#include <string.h>
#include <strings.h>

int image_extension_in(const char *list, const char *extension)
{
	size_t len = strlen(extension);

	for (const char *p = list; *p;) {
		size_t n = strcspn(p, " ");

		if (n == len && !strncasecmp(p, extension, n))
			return 1;
		p += n + strspn(p + n, " ");
	}
	return 0;
}

void image_cmyk(const uint8_t *cmyk, uint8_t *rgb, size_t n, int inverted)
{
	for (size_t i = 0; i < n; i++, cmyk += 4, rgb += 3)
		for (int k = 0; k < 3; k++) {
			int light = inverted ? cmyk[k] : 255 - cmyk[k];
			int key = inverted ? cmyk[3] : 255 - cmyk[3];

			rgb[k] = (uint8_t)((light * key + 127) / 255);
		}
}

uint8_t image_wide(double v, struct image_found *found)
{
	if (v > 255) {
		found->wide = 1;
		return 255;
	}
	return v > 0 ? (uint8_t)v : 0; /* not a number: 0 */
}
