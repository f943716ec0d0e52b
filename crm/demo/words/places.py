"""Where the demo company's customers live, weighted by how many."""

from typing import NamedTuple


class City(NamedTuple):
    name: str
    province: str
    country: str
    area: str  # telephone area code
    weight: float


CHINA = [
    City("上海", "上海", "CN", "21", 24),
    City("杭州", "浙江", "CN", "571", 13),
    City("深圳", "广东", "CN", "755", 12),
    City("北京", "北京", "CN", "10", 11),
    City("广州", "广东", "CN", "20", 9),
    City("苏州", "江苏", "CN", "512", 8),
    City("南京", "江苏", "CN", "25", 7),
    City("成都", "四川", "CN", "28", 6),
    City("宁波", "浙江", "CN", "574", 4),
    City("武汉", "湖北", "CN", "27", 4),
    City("东莞", "广东", "CN", "769", 3),
    City("佛山", "广东", "CN", "757", 3),
    City("重庆", "重庆", "CN", "23", 3),
    City("西安", "陕西", "CN", "29", 3),
    City("无锡", "江苏", "CN", "510", 2.5),
    City("天津", "天津", "CN", "22", 2),
    City("青岛", "山东", "CN", "532", 2),
    City("长沙", "湖南", "CN", "731", 2),
    City("郑州", "河南", "CN", "371", 1.5),
    City("沈阳", "辽宁", "CN", "24", 1),
    City("福州", "福建", "CN", "591", 1),
    City("济南", "山东", "CN", "531", 1),
    City("大连", "辽宁", "CN", "411", 1),
    City("哈尔滨", "黑龙江", "CN", "451", 0.8),
    City("合肥", "安徽", "CN", "551", 0.8),
    City("昆明", "云南", "CN", "871", 0.8),
]
# Numbers of 555 exchanges are given to nobody, so a demo never rings a stranger overseas.
OVERSEAS = [
    City("New York", "New York", "US", "212", 6),
    City("Los Angeles", "California", "US", "310", 5),
    City("San Francisco", "California", "US", "415", 5),
    City("Seattle", "Washington", "US", "206", 4),
    City("Vancouver", "British Columbia", "CA", "604", 4),
    City("Toronto", "Ontario", "CA", "416", 4),
    City("Chicago", "Illinois", "US", "312", 3),
    City("Boston", "Massachusetts", "US", "617", 3),
    City("Austin", "Texas", "US", "512", 2),
    City("Portland", "Oregon", "US", "503", 2),
    City("Denver", "Colorado", "US", "303", 1),
    City("Montreal", "Quebec", "CA", "514", 1),
]
CITIES = CHINA + OVERSEAS
# People keep their number when they move, so any of these may be met in any city overseas.
OVERSEAS_AREAS = [
    int(code)
    for code in (
        "201 202 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 240 248 251 252 "
        "253 254 256 260 262 267 269 270 276 281 301 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 "
        "321 323 325 330 334 336 337 339 347 351 352 360 361 386 401 402 404 405 406 407 408 409 410 412 413 414 415 416 "
        "417 418 419 423 425 432 434 435 440 443 450 469 478 479 480 484 501 502 503 504 505 507 508 509 510 512 513 514 "
        "515 516 517 518 519 520 530 540 541 551 559 561 562 563 567 570 571 573 574 580 585 586 601 602 603 604 605 606 "
        "607 608 609 610 612 613 614 615 616 617 618 619 620 623 626 630 631 636 641 646 650 651 660 661 662 678 701 702"
    ).split()
]
EAST = {"上海", "浙江", "江苏", "安徽", "山东"}
SOUTH = {"广东", "福建", "湖南", "云南", "四川", "重庆"}

STREETS = (
    "人民路 中山路 解放路 建设路 和平路 新华路 长江路 文化路 学院路 科技路 滨江大道 世纪大道 "
    "朝阳路 光明路 友谊路 花园路 环城路 梧桐路 云栖路 湖滨路"
).split()
WESTERN_STREETS = (
    "Main Street,High Street,Park Avenue,Oak Street,Church Road,Station Road,Mill Lane,"
    "Elm Street,King Street,Maple Drive,Cedar Court,Lake View Road,Hill Street,Pine Avenue"
).split(",")
