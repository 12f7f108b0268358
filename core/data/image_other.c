/* Image formats that are not supported. They are recognised, so that such a file is an error
 * instead of being skipped silently. */
#include <string.h>

#include "core/data/image_format.h"

int image_is_other_extension(const char *extension)
{
	static const char list[] =
	    ".heic .heif .heics .heifs .hif .avif .avifs .jxl .jp2 .j2k .j2c .jpc .jpf .jpx .jpm "
	    ".jph .jxr .wdp .hdp .jls .psd .psb .xcf .kra .svg .svgz .eps .wmf .emf .ico .icns "
	    ".cur .tga .icb .vda .vst .dds .ktx .ktx2 .exr .hdr .rgbe .pfm .pcx .dcx .pict .pct "
	    ".sgi .rgb .rgba .bw .ras .sun .xbm .xpm .qoi .ff .flif .bpg .fits .fit .fts .dcm "
	    ".dicom "
	    ".djvu .djv .iff .lbm .msp .fli .flc .raw .dng .nef .nrw .cr2 .cr3 .crw .arw .sr2 .srf "
	    ".orf .rw2 .raf .pef .srw .x3f .erf .mrw .dcr .kdc .3fr .iiq .mef .mos .rwl";

	return image_extension_in(list, extension);
}

static const char *boxed_name(const uint8_t *data)
{
	static const struct {
		const char *brand, *name;
	} brands[] = {
	    {"avif", "AVIF"}, {"avis", "AVIF"}, {"heic", "HEIC"}, {"heix", "HEIC"},
	    {"hevc", "HEIC"}, {"mif1", "HEIF"}, {"msf1", "HEIF"}, {"crx ", "a camera's raw file"},
	};

	for (unsigned i = 0; i < sizeof brands / sizeof *brands; i++)
		if (!memcmp(data + 8, brands[i].brand, 4))
			return brands[i].name;
	return "a video or another container (MP4)";
}

const char *image_other_name(const uint8_t *data, size_t n)
{
	static const struct {
		const char *begin;
		size_t n;
		const char *name;
	} known[] = {
	    {"\0\0\0\x0cJXL ", 8, "JPEG XL"},
	    {"\xff\x0a", 2, "JPEG XL"},
	    {"\0\0\0\x0cjP  ", 8, "JPEG 2000"},
	    {"\xff\x4f\xff\x51", 4, "JPEG 2000"},
	    {"8BPS", 4, "a Photoshop file"},
	    {"gimp xcf", 8, "a GIMP file"},
	    {"DDS ", 4, "DDS"},
	    {"\x76\x2f\x31\x01", 4, "OpenEXR"},
	    {"#?RADIANCE", 10, "Radiance HDR"},
	    {"#?RGBE", 6, "Radiance HDR"},
	    {"qoif", 4, "QOI"},
	    {"\0\0\1\0", 4, "an icon (ICO)"},
	    {"\0\0\2\0", 4, "a cursor (CUR)"},
	    {"icns", 4, "an icon (ICNS)"},
	    {"SIMPLE  =", 9, "FITS"},
	    {"%!PS", 4, "PostScript"},
	    {"%PDF", 4, "PDF"},
	    {"<svg", 4, "SVG"},
	    {"<?xml", 5, "SVG or other XML"},
	    {"<!DOCTYPE", 9, "HTML or XML"},
	    {"<html", 5, "HTML"},
	    {"BPG\xfb", 4, "BPG"},
	    {"FLIF", 4, "FLIF"},
	    {"II\xbc", 3, "JPEG XR"},
	    {"Pf\n", 3, "PFM"},
	    {"PF\n", 3, "PFM"},
	};

	if (n >= 12 && !memcmp(data + 4, "ftyp", 4))
		return boxed_name(data);
	for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
		if (n >= known[i].n && !memcmp(data, known[i].begin, known[i].n))
			return known[i].name;
	return NULL;
}
