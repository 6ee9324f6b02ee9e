"""Web and mail domains: which part of a host somebody registered, and which domains say nothing about a company."""

import re
from functools import lru_cache

import tldextract

from app.domain.matching.words import word_set

_extract = tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)
"""The public suffix list that comes with the package: no request, no cache on disk. With the private part, a shop
on a hosting platform is its own domain and not the platform's."""

FREE_MAIL = word_set(
    """126.com 139.com 163.com 21cn.com abv.bg aim.com alice.it aliyun.com aol.com arcor.de att.net bellsouth.net
    bigpond.com bluewin.ch bol.com.br btinternet.com centrum.cz charter.net comcast.net cox.net daum.net duck.com
    earthlink.net email.cz email.it fastmail.com fastmail.fm foxmail.com free.fr freemail.hu freenet.de gmail.com
    gmx.at gmx.ch gmx.com gmx.de gmx.net googlemail.com hanmail.net hey.com home.nl hotmail.co.uk hotmail.com
    hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com inbox.lv inbox.ru interia.pl
    kakao.com kpnmail.nl laposte.net libero.it list.ru live.ca live.co.uk live.com live.com.au live.de live.fr live.it
    live.nl mac.com mail.bg mail.com mail.de mail.ee mail.ru mailbox.org me.com msn.com nate.com naver.com neuf.fr
    ntlworld.com o2.pl online.de onet.pl op.pl optonline.net optusnet.com.au orange.fr outlook.com outlook.de
    outlook.es outlook.fr outlook.it planet.nl pm.me posteo.de proton.me protonmail.ch protonmail.com
    qq.com rambler.ru rediffmail.com rocketmail.com rogers.com runbox.com sapo.pt sbcglobal.net seznam.cz sfr.fr
    shaw.ca sina.cn sina.com sky.com sohu.com startmail.com swissonline.ch sympatico.ca t-online.de talktalk.net
    telenet.be telia.com terra.com.br tiscali.it tlen.pl tuta.com tuta.io tutanota.com ukr.net uol.com.br verizon.net
    virgilio.it virgin.net virginmedia.com walla.co.il wanadoo.fr web.de wp.pl xs4all.nl ya.ru yahoo.ca yahoo.co.in
    yahoo.co.jp yahoo.co.uk yahoo.com yahoo.com.au yahoo.com.br yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com
    yandex.ru ymail.com zoho.com"""
)
"""Mail providers for everybody: an address there says nothing about its owner's employer."""

PLATFORMS = word_set(
    """about.me alibaba.com amazon.com angel.co apple.com bit.ly bloomberg.com booking.com crunchbase.com discord.gg
    dnb.com ebay.com etsy.com facebook.com fb.com github.com gitlab.com glassdoor.com google.com goo.gl indeed.com
    instagram.com linkedin.com linktr.ee linktree.com medium.com microsoft.com notion.site notion.so pinterest.com
    reddit.com sharepoint.com site123.me slideshare.net squarespace.com substack.com t.me telegram.me tiktok.com
    trustpilot.com tumblr.com twitter.com vimeo.com vk.com webflow.io weebly.com weibo.com wikipedia.org wix.com
    wordpress.com x.com xing.com yelp.com youtu.be youtube.com zoominfo.com"""
)
"""Sites where many companies have a page: sharing one says nothing. The owners of some of them are companies too,
which then are found by their names."""

MAIL_NAMES = word_set(
    """aol fastmail gmail gmx googlemail hotmail icloud live mail msn outlook proton protonmail rocketmail tutanota
    yahoo yandex ymail zoho"""
)
"""Mail providers under whatever ending."""

PARKING = word_set(
    """afternic.com above.com bodis.com business.site dan.com domainmarket.com godaddy.com godaddysites.com
    hugedomains.com jimdo.com jimdosite.com parkingcrew.net sedo.com sedoparking.com squadhelp.com strikingly.com
    ueniweb.com undeveloped.com webnode.com wixsite.com"""
)
"""Where a domain leads that nobody uses, and builders of sites that the public suffix list leaves out."""

_HOST = re.compile(r"^(?:[a-z][a-z0-9+.-]*:)?(?://)?(?:[^@/?#\s]*@)?([^/?#:\s]+)", re.IGNORECASE)


@lru_cache(maxsize=65_536)
def registrable(host_or_url: str) -> str:
    """The domain that somebody registered ("shop.acme.co.uk/x" is "acme.co.uk"), or "" when the text names none."""
    found = _HOST.match(host_or_url.strip()[:2000])
    if not found:
        return ""
    try:
        host = (
            found[1].rstrip(".").encode("idna").decode().lower()
            if not found[1].isascii()
            else found[1].lower()
        )
    except UnicodeError:
        return ""
    return _extract(host).top_domain_under_public_suffix


def label(domain: str) -> str:
    """What the domain is called without its suffix: "acme" of "acme.co.uk"."""
    return domain.partition(".")[0]


def bare_label(domain: str) -> str:
    """The label as one word: "kraftheinz" of "kraft-heinz.com"."""
    return label(domain).replace("-", "")


def email_domain(address: str) -> str:
    """The registrable domain of an address; "" for a free mail provider or no address."""
    local, at, host = address.strip().rpartition("@")
    domain = registrable(host) if at and local else ""
    return "" if is_shared(domain) else domain


def site_domain(website: str) -> str:
    """The registrable domain of a company's own site; "" for a page on a platform or a mail provider's."""
    domain = registrable(website)
    return "" if is_shared(domain) else domain


def is_shared(domain: str) -> bool:
    """Whether so many use this domain that it says nothing about a company."""
    return domain in FREE_MAIL or domain in PLATFORMS or domain in PARKING or label(domain) in MAIL_NAMES


@lru_cache(maxsize=65_536)
def is_hosted(host_or_url: str) -> bool:
    """Whether the address is a page at a site builder, which a company may have besides its own domain."""
    domain = registrable(host_or_url)
    return bool(domain) and _extract(domain).is_private
